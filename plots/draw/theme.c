/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The palette. Every text colour has a contrast of at least 4.5 on its
 * background, and neighbours among the fills stay apart for the three kinds
 * of colour blindness: tests/plots/test_draw_theme.c measures both, so run it
 * after changing anything here.
 */
#include "plots/draw/sheet.h"

static const struct ts_theme themes[] = {
	{
		.name = "light",
		.background = 0xFFFFFF,
		.ink = 0x1B1F2A,
		.text = 0x59636F,
		.footer = 0x6E7884,
		.axis = 0x9AA3AE,
		.grid = 0xE4E8EC,
		.context = 0xC3CAD2,
		.tile = 0xF4F6F9,
		.exports = 0x0B5FA5,
		.exports_light = 0x9CC3E3,
		.imports = 0xC8501E,
		.imports_light = 0xEBB8A0,
		.exports_text = 0x0B5FA5,
		.imports_text = 0xB84616,
		.positive = 0x149076,
		.negative = 0xC8501E,
		.category = { 0x0B5FA5, 0xC8501E, 0x149076, 0xE3A72F, 0xBC6AA4,
			      0x6FB7E9 },
		.category_text = { 0x0B5FA5, 0xB84616, 0x0E7560, 0x8A6100,
				   0x96487F, 0x2B78AE },
	},
	{
		.name = "dark",
		.background = 0x14181F,
		.ink = 0xE8ECF1,
		.text = 0xA4AEBA,
		.footer = 0x8C97A4,
		.axis = 0x56606C,
		.grid = 0x2A313B,
		.context = 0x47515D,
		.tile = 0x1D232C,
		.exports = 0x4C9BE8,
		.exports_light = 0x2B567F,
		.imports = 0xF0814A,
		.imports_light = 0x7F4A30,
		.exports_text = 0x6FB1F0,
		.imports_text = 0xF0814A,
		.positive = 0x2FBF9B,
		.negative = 0xF0814A,
		.category = { 0x4C9BE8, 0xF0814A, 0x2FBF9B, 0xF0BE55, 0xDB8FC5,
			      0x9FD2F5 },
		.category_text = { 0x6FB1F0, 0xF0814A, 0x2FBF9B, 0xF0BE55,
				   0xDB8FC5, 0x9FD2F5 },
	},
};

const struct ts_theme *
ts_theme_find(const char *name)
{
	size_t i;

	for (i = 0; name && i < sizeof(themes) / sizeof(themes[0]); i++)
		if (strcmp(themes[i].name, name) == 0)
			return &themes[i];
	return NULL;
}
