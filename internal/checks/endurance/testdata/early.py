"""Sends requests that are answered before their body was read, with the clients
of Python's own library, which send all before they read. Prints a line for each:
what the client was, and the status that it read or how it failed.

early.py CLIENT TIMES SIZE METHOD URL [HEADER: VALUE]...
"""
import http.client
import sys
import urllib.error
import urllib.parse
import urllib.request


def by_urllib(method, url, headers, body):
    request = urllib.request.Request(url, data=body, headers=headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            answer.read()
            return answer.status
    except urllib.error.HTTPError as answer:
        answer.read()
        return answer.code


def by_http_client(method, url, headers, body):
    where = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(where.netloc, timeout=60)
    try:
        path = where.path + ("?" + where.query if where.query else "")
        connection.request(method, path, body=body, headers=headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


client, times, size, method, url = sys.argv[1:6]
headers = dict(h.split(": ", 1) for h in sys.argv[6:])
body = b" " * int(size)
send = {"urllib": by_urllib, "http.client": by_http_client}[client]
for _ in range(int(times)):
    try:
        print(send(method, url, headers, body))
    except Exception as error:
        print(type(error).__name__, error)
