"""Home Assistant sets up command_line from a file and tells the states of its entities, as JSON.

    python callers_home_assistant.py CONFIGURATION

For callers.py, in an environment of its own. Its core and its registries are the released ones; it
is set up as `hass` does it, but without the integrations that open ports or look for devices.
"""

import asyncio
import json
import sys
import tempfile

from homeassistant import config_entries, core, loader, setup
from homeassistant.helpers import (
    area_registry,
    category_registry,
    device_registry,
    entity,
    entity_registry,
    floor_registry,
    issue_registry,
    label_registry,
    restore_state,
)
from homeassistant.helpers.entity_component import async_update_entity
from homeassistant.util.yaml import load_yaml

REGISTRIES = (
    area_registry,
    category_registry,
    device_registry,
    entity_registry,
    floor_registry,
    issue_registry,
    label_registry,
    restore_state,
)


async def ask(hass):
    """The states after each entity has been asked, as scan_interval does it."""
    for state in hass.states.async_all():
        await async_update_entity(hass, state.entity_id)
    return states(hass)


def states(hass):
    return {state.entity_id: state.state for state in hass.states.async_all()}


async def turn(hass, service):
    switches = [name for name in states(hass) if name.startswith("switch.")][:1]
    await hass.services.async_call("switch", service, {"entity_id": switches}, blocking=True)
    return await ask(hass)


async def main(folder):
    hass = core.HomeAssistant(folder)
    hass.config.skip_pip = True
    loader.async_setup(hass)
    entity.async_setup(hass)
    hass.config_entries = config_entries.ConfigEntries(hass, {})
    await hass.config_entries.async_initialize()
    for registry in REGISTRIES:
        await registry.async_load(hass)
    ready = await setup.async_setup_component(hass, "command_line", load_yaml(sys.argv[1]))
    await hass.async_block_till_done()
    told = {"ready": ready, "start": states(hass), "asked": await ask(hass)}
    told["turn_on"] = await turn(hass, "turn_on")
    told["turn_off"] = await turn(hass, "turn_off")
    print(json.dumps(told))
    await hass.async_stop(force=True)


with tempfile.TemporaryDirectory() as folder:
    asyncio.run(main(folder))
