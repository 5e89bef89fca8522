"""A whole AES handshake, login and request, as another implementation makes them.

Made once with the package cryptography (50.0, which is OpenSSL): an RSA key, RSAES-PKCS1-v1_5 with
it, AES-128-CBC. The JSON is what protocol.md and python-kasa have. No device was asked.
"""

P = int(
    "e3d5c126b2db033cd6fab97edd74708b0431131b3329e0815d10f56bc06f2d1e3f7b0f7fe3522b35"
    "ddeb65a2f84493f62c243df1d8b989d514ae2f1a7475836b",
    16,
)
Q = int(
    "c8ad8edbb693c46dcfe49d429a1c3eb017da803314dc3074e52e28e30a26cc21f1741d129bae327c"
    "c02332d08a23b155f5197b49cbb2f3248066d12b6ce0bc9b",
    16,
)
PEM_BODY = (
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQCymXV93l8lugSDQKMUbvkHTJMa5hkFKXo0RtCmVjay"
    "FScFIJbWlME66qhtKT9STJdlDfe8XQ1MRPX/n4Mop6eqKQ/iks/lSQ2FcjpYbqq1Du3LmJswUGHsGZY+"
    "NujjEEJ2p9XMEmTntzowSzES6v4KynY+Z8rhOpUs/trH8UklyQIDAQAB"
)
SECRET = bytes.fromhex("5970cfc191ad256a348b92c751d9b9f2aac0385b63eb1b4093f833aecf913c63")
"""The key and the IV of the session."""
HANDSHAKE_KEY = (
    "D0Fy6QAwYlVsX27PnbeexasD1aD46V/1gYtI5SM/+5UtK3T0b//2BEAYg8PXgJTMPhmU47uH+0xNw5Oe"
    "tY9aVSqNwIJaKoBqOuZVOGMEqgnZZ2BNYKTLv7BwDcd7I2BuZgqn0uNVK2zWIX5uU3R9iCvlvlgf+Zn/"
    "L2uab+NJtxo="
)
"""SECRET, encrypted for the RSA key, base64; and then what are one byte x and none, hex."""
ENCRYPTED_X = bytes.fromhex(
    "a57d3230424853ae98e93464db8383140f147cfb4b01d78f6c9af4e9d0313c5f24a1857ef40ce283"
    "750d08b9a8858ace15df0d3a6d75ecaf03a12c8e0125fb90d453f167c463134f8be616ed5163f466"
    "e6bbac2bff3a2b484f6fb2e839a73aae3456b3587266dcc69ba7066302b43f7699a3175d3077919b"
    "f83f05108cd23545"
)
ENCRYPTED_NOTHING = bytes.fromhex(
    "2a8de97ac9b6c679f6c384ad22504e84f824a15ef33e5010b9182be678f6b423d1c5a33118716ece"
    "1b2eddc41b8a682850b9be99d2eb90791318a3178575e610a6dd3bdf486dc30e6821008d93c71786"
    "e80e258b181db0ceb4b0d6e42b20a1d35e776b817f96b63f90bd999f06788c26a9fe9ca811f6396a"
    "09dd1d37215b29b1"
)
USER = ("me@example.com", "pässwörd=1")
AT_MS = 1700000000000
TOKEN = "5A0C4F7E9D2B1A36"
LOGIN = (
    (
        b'{"method":"login_device","params":{"username":"NzE5N2Y3NWI5MjEzODczYzQ2N'
        b'zliZmNiOTgyYTAwOTQzZmMwZmZiMw==","password2":"MWQwMDMxMDExZWM0MWRhMWFjYW'
        b'FhOGJlYjhhODVhNDQxNjgwNjczNA=="},"request_time_milis":1700000000000}'
    ),
    (
        b"vsH9X21DkRpdhqp/1pAQkrfPrSLuAqKzw9mC1c9RppYEOJMq8syl1LyZwM20w1Oq6jL3hKrI"
        b"pWW5dDz1TgrCCqfdopuIXP57Ro5s1XwOgHgVi6UbBePxz+qX9bKI3H1X0ObvkzpxptHJDBqH"
        b"HnH5JFgnvGsBCVkF+IXEBPnnFsYEBEmHN09r7RtDogi8kRITGxq3xFJk/VzbNWmdeqn/jNu4"
        b"FOwbMdGnsRBmnXq2gKVcugJUkP9m0ew7oqXRJf0Pazpkv4E0qDh68KKR+xIdycSyEazFVGTC"
        b"7BZ2kY9UpZ8="
    ),
)
LOGIN_REPLY = (
    (b'{"error_code":0,"result":{"token":"5A0C4F7E9D2B1A36"}}'),
    (b"3ii+B/dF9bWSVHSZwOiAa+ElcAab1pph+UOOUHFR719ofhwYp/sJGtO9UcMVQXbVWpSo03ruTQ4dvfLqdnjyZg=="),
)
REQUEST = (
    (b'{"method":"get_device_info"}'),
    (b"o8PVBJ4geOa6t9oBJs/dPgFfio+Tj/69Zm8BfhzBWOM="),
)
REPLY = (
    (b'{"error_code":0,"result":{"model":"P110","device_on":true}}'),
    (b"3ii+B/dF9bWSVHSZwOiAa4G2+2sVqUkqTm/nWc1QddnuxAePpjcjsNtpWngxl5ohqG74gFgwcy06Qzr14P7JGw=="),
)
"""The JSON, and how it is sealed."""
