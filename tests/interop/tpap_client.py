"""Other clients' code, plugp100 and tapo, at one device with TPAP: what tests/interop/tpap.py runs.

    PYTHON tpap_client.py plugp100|tapo USER PASSWORD HOST

It logs in, reads, and switches the device on and off, reading after each; a line of JSON tells
what it saw, or the error.
"""

import asyncio
import json
import sys

import tapo
from plugp100.api.protocol.tpap.protocol import TpapProtocol
from plugp100.api.tapo_client import TapoClient
from plugp100.common.credentials import AuthCredential


async def by_plugp100(user, password, host):
    credential = AuthCredential(user, password)
    url = "http://" + host
    client = TapoClient(credential, url, TpapProtocol(credential, url))
    try:
        seen = [(await client.get_device_info()).get_or_raise()]
        for on in (True, False):
            (await client._set_device_info({"device_on": on})).get_or_raise()
            seen.append((await client.get_device_info()).get_or_raise())
        return [(info["model"], info["device_on"]) for info in seen]
    finally:
        await client.close()


async def by_tapo(user, password, host):
    device = await tapo.ApiClient(user, password, 10).p115(host)
    seen = [await device.get_device_info_json()]
    for switch in (device.on, device.off):
        await switch()
        seen.append(await device.get_device_info_json())
    return [(info["model"], info["device_on"]) for info in seen]


CLIENTS = {"plugp100": by_plugp100, "tapo": by_tapo}


def main(name, *words):
    try:
        seen = asyncio.run(CLIENTS[name](*words))
    except Exception as error:
        seen = "%s: %s" % (type(error).__name__, error)
    print(json.dumps(seen))


if __name__ == "__main__":
    main(*sys.argv[1:])
