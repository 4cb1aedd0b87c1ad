# SPDX-License-Identifier: Apache-2.0
"""The e-mail of the demo's report, as a mail reader shows its HTML: mailed by
the program to a relay on loopback, its pictures put beside it as files."""
import email
import email.policy
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
from smtp_server import SmtpServer  # noqa: E402

DEMO = os.path.join(ROOT, "tests", "demo")
MAIL = '''mail: { relay = "smtp://127.0.0.1:%d"; from = "reports@example.org"; };
'''
TO = '''deliver = ( { output = "email"; to = (
    { address = "bob@example.org"; formats = [ "csv" ];
      currency = "EUR"; } ); } );
'''

# Every element with words of its own: the ratio of its ink to the nearest
# painted ground behind it. What is drawn at size nought is not read.
FAINT = """
const rgba = c => { const n = c.match(/[\\d.]+/g).map(Number);
    return n.length < 4 ? n.concat(1) : n; };
const light = c => { const [r, g, b] = c.slice(0, 3).map(v => { v /= 255;
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const ground = e => { for (; e; e = e.parentElement) {
    const c = rgba(getComputedStyle(e).backgroundColor);
    if (c[3] == 1) return c; } return null; };
const words = [...document.body.querySelectorAll('*')].filter(e =>
    [...e.childNodes].some(n => n.nodeType == 3 &&
        n.data.replace(/[\\s\\u00a0\\u034f\\u200c]/g, '')) &&
    e.getClientRects().length && getComputedStyle(e).visibility == 'visible' &&
    parseFloat(getComputedStyle(e).fontSize) >= 2);
const faint = [];
for (const e of words) {
    const back = ground(e);
    if (!back) { faint.push('no ground: ' + e.textContent); continue; }
    const [a, b] = [light(rgba(getComputedStyle(e).color)), light(back)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push(ratio.toFixed(2) + ': ' + e.textContent);
}
return [words.length, faint];
"""


def mailed(program):
    """The HTML of the one message, and its pictures by content id."""
    home, server = tempfile.mkdtemp(prefix="letter-"), SmtpServer()
    try:
        for name, more, swap in (
                ("tradestat.conf", MAIL % server.port,
                 [("../../demo/", home + "/"),
                  ("../../config", os.path.join(ROOT, "config"))]),
                ("reports.d/kazakhstan-italy.conf", "", [])):
            with open(os.path.join(DEMO, name), encoding="utf-8") as file:
                text = file.read()
            for old, new in swap:
                text = text.replace(old, new)
            text = re.sub(r"deliver +=.*", lambda _: TO, text)
            os.makedirs(os.path.dirname(os.path.join(home, name)),
                        exist_ok=True)
            with open(os.path.join(home, name), "w",
                      encoding="utf-8") as file:
                file.write(text + more)
        done = subprocess.run(
            [program, "run", "kazakhstan-italy", "-c",
             os.path.join(home, "tradestat.conf"), "--replay",
             os.path.join(DEMO, "pack")],
            capture_output=True, text=True, check=False, timeout=120)
        for _ in range(100):
            if done.returncode != 0 or server.messages():
                break
            time.sleep(0.1)
        if done.returncode != 0 or len(server.messages()) != 1:
            raise RuntimeError("not one message: " + done.stderr)
        message = email.message_from_bytes(
            server.messages()[0], policy=email.policy.SMTP)
    finally:
        server.close()
        shutil.rmtree(home, ignore_errors=True)
    pictures = {part["Content-ID"].strip("<> "): part.get_content()
                for part in message.walk() if part["Content-ID"]
                and part.get_content_maintype() == "image"}
    return message.get_body(("html",)).get_content(), pictures


def unpack(html, pictures, folder):
    """Beside each other in a folder, as a mail reader does; the page."""
    for nth, cid in enumerate(sorted(pictures)):
        name = "picture%d.png" % nth
        html = html.replace("cid:" + cid, name)
        with open(os.path.join(folder, name), "wb") as file:
            file.write(pictures[cid])
    page = os.path.join(folder, "letter.html")
    with open(page, "w", encoding="utf-8") as file:
        file.write(html)
    return page
