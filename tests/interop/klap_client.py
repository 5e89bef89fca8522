"""What python-kasa makes of devices with KLAP: run by klap.py, in python-kasa's environment.

    python -I klap_client.py USER PASSWORD HOST...

Finds each HOST by its answer on UDP port 20002, connects as that says, reads, switches on,
renames, sets the LED, what a light or a fan has and the clock, plays an effect, and prints one
line of JSON a host: what it read, by name.
"""

import asyncio
import json
import sys
from datetime import datetime, timezone

from kasa import Credentials, Device, Discover, Module
from kasa.protocols import IotProtocol
from kasa.transports import KlapTransport, KlapTransportV2
from zoneinfo import ZoneInfo

ALIAS = "L\u00e4mpchen \u706f"
GET_SYSINFO = {"system": {"get_sysinfo": {}}}


async def look(host, credentials):
    """Everything in the order in which it is done."""
    found = await Discover.discover_single(host, credentials=credentials, discovery_timeout=5)
    # Of the answer alone it takes a strip or a dimmer for a plug; connect() asks what it is.
    config = found.config
    await found.disconnect()
    device = await Device.connect(config=config)
    try:
        seen = {
            "class": type(device).__name__,
            "type": device.device_type.value,
            "transport": type(device.protocol._transport).__name__,
            "model": device.model,
            "mac": device.mac.upper(),
            "off": any(it.is_on for it in switches(device)),
            "outlets": len(device.children),
        }
        if isinstance(device.protocol, IotProtocol):
            seen["other version"] = await other_version(config, seen["transport"])
        for it in switches(device):
            await it.turn_on()
        await device.set_alias(ALIAS)
        await device.update()
        seen["on"] = all(it.is_on for it in switches(device))
        seen.update(playing(device, "effect before"))
        seen["alias"] = device.alias
        seen.update(await darkened(device))
        for it in (device, *device.children):
            seen.update(await lighted(it))
            seen.update(await blown(it))
        seen.update(await played(device))
        seen.update(metered(device))
        seen.update(await timed(device))
    finally:
        await device.disconnect()
    return seen


def switches(device):
    """A SMART strip has none of its own."""
    smart = not isinstance(device.protocol, IotProtocol)
    return (smart and device.children) or [device]


async def renewed(device):
    """What an outlet is, its strip tells."""
    await (getattr(device, "parent", None) or device).update()


async def other_version(config, name):
    """What the handshake of the version that the device has not comes to."""
    other = KlapTransport if name == "KlapTransportV2" else KlapTransportV2
    protocol = IotProtocol(transport=other(config=config))
    try:
        await protocol.query(GET_SYSINFO)
        return "answered"
    except Exception as error:
        return type(error).__name__
    finally:
        await protocol.close()


async def darkened(device):
    led = device.modules.get(Module.Led)
    if not led:
        return {}
    await led.set_led(False)
    await device.update()
    return {"led": led.led}


async def lighted(device):
    light = device.modules.get(Module.Light)
    if not light:
        return {}
    await light.set_brightness(40)
    await renewed(device)
    seen = {"brightness": light.brightness}
    if light.has_feature("color_temp"):
        await light.set_color_temp(3000)
        await renewed(device)
        seen["color_temp"] = light.color_temp
    if light.has_feature("hsv"):
        await light.set_hsv(240, 75, 30)
        await renewed(device)
        seen["hsv"] = list(light.hsv)
    return seen


async def timed(device):
    """How late its clock is, by which nobody is to see a difference; then it is set."""
    clock = device.modules[Module.Time]
    late_s = (datetime.now(timezone.utc) - clock.time).total_seconds()
    await clock.set_time(datetime(2027, 7, 1, 12, 30, tzinfo=ZoneInfo("America/New_York")))
    return {"late": not -2 < late_s < 60}


def playing(device, name):
    """The effect that runs, and how bright that is."""
    effects = device.modules.get(Module.LightEffect)
    return {name: [effects.effect, device.modules[Module.Light].brightness]} if effects else {}


async def played(device):
    """The color has ended what ran; the third that there is (the first is Off) is dimmed."""
    effects = device.modules.get(Module.LightEffect)
    if not effects:
        return {}
    ended = playing(device, "effect ended")
    await effects.set_effect(effects.effect_list[2])
    await device.update()
    await device.modules[Module.Light].set_brightness(45)
    await device.update()
    return {**ended, **playing(device, "effect after")}


async def blown(device):
    fan = device.modules.get(Module.Fan)
    if not fan:
        return {}
    await fan.set_fan_speed_level(3)
    await renewed(device)
    return {"fan": fan.fan_speed_level}


def metered(device):
    meters = [it.modules[Module.Energy] for it in switches(device) if Module.Energy in it.modules]
    if not meters:
        return {}
    return {
        "watts": round(sum(meter.current_consumption for meter in meters), 3),
        "today_kwh": sum(meter.consumption_today or 0 for meter in meters),
    }


async def main(user, password, *hosts):
    credentials = Credentials(user, password)
    for host in hosts:
        try:
            seen = await look(host, credentials)
        except Exception as error:
            seen = {"error": "%s: %s" % (type(error).__name__, error)}
        print(json.dumps({"host": host, **seen}), flush=True)


asyncio.run(main(*sys.argv[1:]))
