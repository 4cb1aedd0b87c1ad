#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads messages as a parser that knows nothing of what wrote them.

strict_mail.py message FILE.eml FOLDER
    The message has no defect, the structure that messages of ours have, and
    says what the folder says: subject, from, text and html (with LF), images/
    (in the order of their names, the number in front is not part of it),
    files/NUMBER-NAME, zipped/NUMBER-NAME/INNER, titles/NUMBER (names for
    people, where they differ).
strict_mail.py headers FILE
    Records of "SIZE SIZE SIZE\\n" and so many bytes: a message, its subject,
    its sender's name. Each is as it was meant, and no header more.

Silence and 0, or what is wrong and 1."""
import email
import email.header
import email.policy
import email.utils
import io
import os
import re
import sys
import urllib.parse
import zipfile

POLICY = email.policy.SMTP.clone(raise_on_defect=True)


def need(condition, *words):
    if not condition:
        raise SystemExit("strict_mail: " + " ".join(str(w) for w in words))


def read(*path):
    with open(os.path.join(*path), "rb") as file:
        return file.read()


def listed(*path):
    folder = os.path.join(*path)
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


def parse(data):
    need(not re.search(rb"(?<!\r)\n|\r(?!\n)|[\x80-\xff]|\0", data),
         "a line end that is none, or 8 bit")
    need(data.endswith(b"\r\n"), "the last line has no end")
    for line in data.split(b"\r\n"):
        need(len(line) <= 998, "a line of", len(line))
        need(not line.startswith(b"."), "a line begins with a point")
    message = email.message_from_bytes(data, policy=POLICY)
    for part in message.walk():
        need(not part.defects, part.defects)
        for name, value in part.items():
            need(not value.defects or is_pair(name, value), name,
                 value.defects)
            need("\n" not in value and "\r" not in value, name)
        if not part.is_multipart():
            part.get_content()
            need(not part.defects, part.defects)
            need(part["Content-Transfer-Encoding"] == "base64",
                 "not in base64")
    return message


def is_pair(name, value):
    """filename and filename* beside each other are meant for two kinds of
    readers; this one takes the first and calls the other a duplicate."""
    return (name.lower() == "content-disposition" and
            len(value.defects) == 1 and
            "duplicate parameter name" in str(value.defects[0]))


def structure(message, images, files):
    """The parts by their place, which has to be theirs."""
    parts = [message]
    if files:
        need(message.get_content_type() == "multipart/mixed", "no mixed")
        parts = list(message.iter_parts())
    need(len(parts) == 1 + len(files) if files else len(parts) == 1,
         "attachments:", len(parts) - 1)
    both = parts[0]
    need(both.get_content_type() == "multipart/alternative", "no alternative")
    text, html = both.iter_parts()
    shown = []
    if images:
        need(html.get_content_type() == "multipart/related", "no related")
        need(html.get_param("type") == "text/html", "type of related")
        html, *shown = html.iter_parts()
    for part, kind in ((text, "text/plain"), (html, "text/html")):
        need(part.get_content_type() == kind, kind)
        need(part.get_content_charset() == "utf-8", kind, "charset")
    return text, html, shown, parts[1:] if files else []


def body(part):
    raw = part.get_payload(decode=True)
    need(not re.search(rb"(?<!\r)\n|\r(?!\n)", raw), "a text without CRLF")
    return raw.replace(b"\r\n", b"\n")


def message_is(path, folder):
    message = parse(read(path))
    images, plain = listed(folder, "images"), listed(folder, "files")
    zipped = listed(folder, "zipped")
    files = sorted(plain + zipped)
    text, html, shown, attached = structure(message, images, files)
    need(message["Subject"] == read(folder, "subject").decode(), "subject:",
         ascii(message["Subject"]))
    sender = message["From"].addresses
    need(len(sender) == 1 and sender[0].display_name ==
         read(folder, "from").decode(), "from:", ascii(sender))
    need(len(message["To"].addresses) == 1, "To")
    need(body(text) == read(folder, "text"), "its text")
    need(body(html) == read(folder, "html"), "its HTML")
    ids = set()
    need(len(shown) == len(images), "images:", len(shown))
    for part, name in zip(shown, images):
        need(part.get_content_type() == "image/png", "an image's type")
        need(part.get_content_disposition() == "inline", "an image's place")
        need(part.get_filename() == name.split("-", 1)[1], "an image's name")
        need(part.get_payload(decode=True) == read(folder, "images", name),
             "bytes of", name)
        ids.add(part["Content-ID"].strip("<>"))
    wanted = set(re.findall(r'src="cid:([^"]*)"', body(html).decode()))
    need(wanted == ids and len(ids) == len(images), "cid:", wanted ^ ids)
    for part, entry in zip(attached, files):
        number, name = entry.split("-", 1)
        title = name
        if number in listed(folder, "titles"):
            title = read(folder, "titles", number).decode()
        need(part.get_content_disposition() == "attachment", "no attachment")
        how = str(part["Content-Disposition"])
        need(part.get_param("name", header="content-type") == name,
             "name:", part["Content-Type"])
        need('filename="%s"' % name in how, "filename:", how)
        raw = [v for k, v in part.raw_items()
               if k.lower() == "content-disposition"][0]
        wide = re.search(r"filename\*=UTF-8''(\S+)", str(raw))
        need(wide is not None, "no filename*:", raw)
        need(urllib.parse.unquote(wide.group(1)) == title, "filename*:",
             wide.group(1))
        if part.get_content_maintype() == "text":
            need(part.get_content_charset() == "utf-8", "charset of", name)
        data = part.get_payload(decode=True)
        if entry in zipped:
            inner = listed(folder, "zipped", entry)
            with zipfile.ZipFile(io.BytesIO(data)) as packed:
                need(packed.namelist() == inner, "in", name)
                data = packed.read(inner[0])
            need(data == read(folder, "zipped", entry, inner[0]),
                 "bytes in", name)
        else:
            need(data == read(folder, "files", entry), "bytes of", name)


def name_of(raw):
    """The other parser of this library: the first one leaves a space between
    encoded words of a name, which RFC 2047 6.2 says is not displayed."""
    value = email.message_from_bytes(raw)["From"].replace("\r\n", "")
    name = email.utils.parseaddr(value)[0]
    return str(email.header.make_header(email.header.decode_header(name)))


def headers_are(path):
    data = io.BytesIO(read(path))
    count, names = 0, None
    for line in iter(data.readline, b""):
        sizes = [int(size) for size in line.split()]
        raw, subject, name = (data.read(size) for size in sizes)
        message = parse(raw)
        need(message["Subject"] == subject.decode(), "subject", count,
             ascii(subject.decode()), ascii(message["Subject"]))
        sender = message["From"].addresses
        need(len(sender) == 1 and sender[0].addr_spec == "r@example.org",
             "From", count, ascii(sender))
        found = name_of(raw)
        need(found == name.decode(), "name", count, ascii(name.decode()),
             ascii(found))
        names = names or message.keys()
        need(message.keys() == names, "headers", count, message.keys())
        for line in raw.split(b"\r\n\r\n", 1)[0].split(b"\r\n"):
            need(len(line) <= 78 or b" " not in line.strip()[:78] or
                 line.count(b" ") <= 1, "a header line of", len(line))
        count += 1
    need(count > 0, "no message")


if __name__ == "__main__":
    if sys.argv[1] == "message":
        message_is(sys.argv[2], sys.argv[3])
    else:
        headers_are(sys.argv[2])
