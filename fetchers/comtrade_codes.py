#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# Writes comtrade_codes.h from the publisher's list of the combined Harmonized
# System, all editions (files/v1/app/reference/HS.json):
#     fetchers/comtrade_codes.py HS.json > fetchers/comtrade_codes.h
import json
import sys

codes = {row["id"] for row in json.load(open(sys.argv[1]))["results"]}
print("""/* SPDX-License-Identifier: Apache-2.0 */
/*
 * comtrade_codes.h - the codes of the Harmonized System, all editions
 * together, as UN Comtrade lists them: four digits of a heading, then two for
 * each of its subheadings. Made by comtrade_codes.py, do not edit.
 *
 * Only needed where one answer would be cut at the publisher's cap: "all
 * codes of a level" has to become lists of codes then.
 */
#ifndef FETCHERS_COMTRADE_CODES_H
#define FETCHERS_COMTRADE_CODES_H

static const char *const hs_headings[] = {""")
for heading in sorted(c for c in codes if len(c) == 4 and c.isdigit()):
    below = sorted(c[4:] for c in codes
                   if len(c) == 6 and c.isdigit() and c.startswith(heading))
    lines = [heading]
    for pair in below:
        if len(lines[-1]) + 2 > 60:
            lines.append("")
        lines[-1] += pair
    print("\t" + "\n\t".join('"%s"' % line for line in lines) + ",")
print("};\n\n#endif")
