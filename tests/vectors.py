"""Known answers of the cipher, from captures and from the scripts that carry them.

protocol.md of the specification; hs100.sh has the same constants. TCP form, base64.
"""

SET_ON = b'{"system":{"set_relay_state":{"state":1}}}'
SET_OFF = b'{"system":{"set_relay_state":{"state":0}}}'
SYSINFO = b'{ "system":{ "get_sysinfo":null } }'
EMETER = b'{ "emeter":{ "get_realtime":null } }'
SET_REPLY = b'{"system":{"set_relay_state":{"err_code":0}}}'

TCP_BASE64 = {
    SET_ON: b"AAAAKtDygfiL/5r31e+UtsWg1Iv5nPCR6LfEsNGlwOLYo4HyhueT9tTu36Lfog==",
    SET_OFF: b"AAAAKtDygfiL/5r31e+UtsWg1Iv5nPCR6LfEsNGlwOLYo4HyhueT9tTu3qPeow==",
    SYSINFO: b"AAAAI9Dw0qHYq9+61/XPtJS20bTAn+yV5o/hh+jK8J7rh+vLtpbr",
    EMETER: b"AAAAJNDw0rfav8uu3P7Ev5+92r/LlOaD4o76k/6buYPtmPSYuMXlmA==",
    SET_REPLY: b"AAAALdDygfiL/5r31e+UtsWg1Iv5nPCR6LfEsNGlwOLYo4HkluS72LfTtpSunuOe4w==",
}
