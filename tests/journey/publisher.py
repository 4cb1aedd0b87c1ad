# SPDX-License-Identifier: Apache-2.0
"""A publisher on loopback: answers as UN Comtrade and the World Bank do, from
figures made by a formula, and misbehaves in any way a test asks for."""
import gzip
import hashlib
import http.server
import json
import threading
import urllib.parse

HEADINGS = ["2709", "2701", "7601", "0713", "1204", "8426", "3902", "7403",
            "2844", "7202", "1001", "2620"]


def value(reporter, partner, flow, product, year, bump=0):
    """The same figure for the same key, always; bump is a revision."""
    key = "%s|%s|%s|%s" % (reporter, partner, flow, product)
    base = int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) % 900 + 100
    return base * 1000003 + (year - 2000) * base * 41017 + bump


def comtrade_row(reporter, partner, flow, product, year, amount, detail="0"):
    return {"typeCode": "C", "freqCode": "A", "refPeriodId": year * 10000 + 101,
            "refYear": year, "refMonth": 52, "period": str(year),
            "reporterCode": int(reporter), "reporterISO": None,
            "reporterDesc": None, "flowCode": flow, "flowDesc": None,
            "partnerCode": int(partner), "partnerISO": None,
            "partnerDesc": None, "partner2Code": 0, "partner2ISO": None,
            "partner2Desc": None, "classificationCode": "H6",
            "classificationSearchCode": "HS", "isOriginalClassification": True,
            "cmdCode": product, "cmdDesc": None,
            "aggrLevel": 0 if product == "TOTAL" else len(product),
            "isLeaf": False, "customsCode": "C00", "customsDesc": None,
            "mosCode": "0", "motCode": int(detail), "motDesc": None,
            "qtyUnitCode": -1, "qtyUnitAbbr": None, "qty": 0,
            "isQtyEstimated": False, "altQtyUnitCode": -1,
            "altQtyUnitAbbr": None, "altQty": 0, "isAltQtyEstimated": False,
            "netWgt": 0, "isNetWgtEstimated": False, "grossWgt": 0,
            "isGrossWgtEstimated": False, "cifvalue": None, "fobvalue": None,
            "primaryValue": amount, "legacyEstimationFlag": 0,
            "isReported": True, "isAggregate": product == "TOTAL"}


class Publisher:
    """serve() in a thread; requests are counted, behaviour can be changed."""

    def __init__(self):
        self.requests = []
        self.headers = []        # of each request
        self.bump = 0
        self.newest = 2024
        self.spoil = None        # function(path, status, headers, body)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                outer.requests.append(self.path)
                outer.headers.append(self.headers)
                status, headers, body = outer.answer(self.path, self.headers)
                if outer.spoil:
                    status, headers, body = outer.spoil(
                        self.path, status, headers, body)
                self.send_response(status)
                for name, text in headers.items():
                    self.send_header(name, text)
                if "Content-Length" not in headers:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, request, client_address):
                pass                 # who asked was killed meanwhile

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever,
                                       daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def comtrade(self, query):
        def many(name, default):
            return query.get(name, [default])[0].split(",")
        rows = []
        products = many("cmdCode", "TOTAL")
        if products[0].startswith("AG"):
            products = HEADINGS
        for reporter in many("reporterCode", "398"):
            for partner in many("partnerCode", "0"):
                for period in many("period", "2024"):
                    if int(period) > self.newest:
                        continue
                    for flow in many("flowCode", "X"):
                        whole = 0
                        for product in products:
                            if product == "TOTAL":
                                amount = sum(
                                    value(reporter, partner, flow, p,
                                          int(period), self.bump)
                                    for p in HEADINGS)
                            else:
                                amount = value(reporter, partner, flow,
                                               product, int(period),
                                               self.bump)
                            whole += amount
                            rows.append(comtrade_row(reporter, partner, flow,
                                                     product, int(period),
                                                     amount))
        return {"elapsedTime": "0.01 secs", "count": len(rows), "data": rows,
                "error": ""}

    def world_bank(self, path, query):
        countries = path.split("/")[3].split(";")
        indicator = path.split("/")[5]
        first, last = (query.get("date", ["2015:2024"])[0] + ":").split(":")[:2]
        rows = [{"indicator": {"id": indicator, "value": indicator},
                 "country": {"id": c[:2], "value": c}, "countryiso3code": c,
                 "date": str(y), "value": value(c, "W00", "F", "FDI", y),
                 "unit": "", "obs_status": "", "decimal": 0}
                for c in countries
                for y in range(min(int(last or first), self.newest),
                               int(first) - 1, -1)]
        return [{"page": 1, "pages": 1, "per_page": 1000, "total": len(rows),
                 "sourceid": "2", "lastupdated": "2026-07-01"}, rows]

    def answer(self, path, headers):
        split = urllib.parse.urlsplit(path)
        query = urllib.parse.parse_qs(split.query)
        if "/v2/country/" in split.path:
            body = self.world_bank(split.path, query)
        else:
            body = self.comtrade(query)
        body = json.dumps(body).encode()
        etag = '"%s"' % hashlib.sha256(body).hexdigest()[:16]
        out = {"Content-Type": "application/json; charset=utf-8",
               "ETag": etag}
        if headers.get("If-None-Match") == etag:
            return 304, out, b""
        if "gzip" in headers.get("Accept-Encoding", ""):
            out["Content-Encoding"] = "gzip"
            body = gzip.compress(body, mtime=0)
        return 200, out, body
