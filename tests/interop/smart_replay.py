"""A SMART device that answers as recorded, for recorded_smart.py; smart_http.py serves it.

A recording is a JSON object: methods and what the device answered to them, `child_devices` with
the same for each outlet, `discovery_result`. What it does not hold is refused; what is set is
kept, and read again. CHANGES say in what else devices differ.
"""

import json

COMPACT = {"separators": (",", ":"), "ensure_ascii": False}
OTHERS = None, True, -7, 0.25, 'Lämpchen "灯" \\', [1, {"device_on": 1}], {"device_on": "x"}
UNKNOWN = {"unknown_%d" % number: value for number, value in enumerate(OTHERS)}
MALFORMED, PARAMETERS, NO_UUID = -1003, -1008, -1012


def each(value, change):
    """With every object in it changed."""
    if isinstance(value, list):
        return [each(item, change) for item in value]
    if isinstance(value, dict):
        return change({name: each(item, change) for name, item in value.items()})
    return value


class Change:
    """How a device differs from others that were recorded with the same answers."""

    def __init__(self, **settings):
        self.fields = dict  # what is done to each object of a reply
        self.style = COMPACT  # of its JSON
        self.page = 10  # children in one reply
        self.mixed = False  # children in another order
        self.goes_on = False  # multipleRequest after the first error
        self.uuid = False  # setters want terminalUUID
        self.unknown = -1002  # the error_code for a method that it does not know
        self.aes = False  # what is spoken over HTTP in place of KLAP
        self.http = "plain"  # or "other": SESSIONID, lower case, chunks, closed after each reply
        self.held = lambda held: None  # what is done to the recording
        self.beside = False  # color_temp is refused without brightness
        self.__dict__.update(settings)


def more(fields):
    return {**UNKNOWN, **fields}


def backwards(fields):
    return dict(reversed(list(fields.items())))


def another_state(held):
    """An effect runs; the meter's clock is not set; a white light tells no hue."""
    info = held["get_device_info"]
    for found in (info.get("lighting_effect"), held.get("get_lighting_effect")):
        if found:
            found.update(enable=1, brightness=37)
            info["device_on"] = True
    for node in (held, *held.get("child_devices", {}).values()):
        if "get_current_power" in node or "get_emeter_data" in node:
            node.pop("get_energy_usage", None)
    if info.get("color_temp") and "lighting_effect" not in info:
        for name in "hue", "saturation":
            info.pop(name, None)


CHANGES = {
    "as recorded": Change(),
    "unknown fields": Change(fields=more, style={}, goes_on=True, unknown=-1003, beside=True),
    "reversed": Change(
        fields=backwards, mixed=True, page=2, uuid=True, unknown=-1001, http="other"
    ),
    "another state": Change(held=another_state),
    "AES": Change(aes=True),
}


def refused(code):
    return {"error_code": code}


def in_range(low, high):
    return lambda value: type(value) is int and low <= value <= high


FIELDS = {
    "device_on": lambda value: isinstance(value, bool),
    "nickname": lambda value: isinstance(value, str),
    "brightness": in_range(1, 100),
    "hue": in_range(0, 360),
    "saturation": in_range(0, 100),
    "color_temp": in_range(0, 100000),
    "fan_speed_level": in_range(1, 4),
    "led_off": in_range(0, 1),
}
BY_COMPONENT = {"hue": "color", "saturation": "color", "color_temp": "color_temperature"}


class Node:
    """A device, or one of its outlets: `held` by method, and `info`, its get_device_info."""

    def __init__(self, held, info, change):
        self.held, self.info, self.change = held, info, change

    def components(self):
        found = self.held.get("component_nego", {}).get("component_list", [])
        return {component["id"] for component in found}

    def method(self, name):
        """The result that was recorded, None for none."""
        found = self.held.get(name)
        return found if isinstance(found, dict) else None

    def effect(self):
        """The effect of a light strip that runs, None for none."""
        found = self.info.get("lighting_effect") or {}
        return found if found.get("enable") else None

    def percent(self):
        """What its brightness is: that of the effect while one runs, never 0 while it is on."""
        told = self.effect() or self.info
        return max(told.get("brightness", 100), 1) if self.info.get("device_on") else 0

    def call(self, method, values):
        """The reply to one request."""
        if method in SETTERS:
            needs, function = SETTERS[method]
            known = needs == "get_device_info" or needs in self.held
            return function(self, values) if known else refused(self.change.unknown)
        if method == "get_device_info":
            return {"result": self.info}
        found = self.method(method)
        return refused(self.change.unknown) if found is None else {"result": found}

    def set_device_info(self, values):
        """All or nothing."""
        if self.change.goes_on and not values.keys() <= self.info.keys():
            values = {name: values[name] for name in values if name in self.info}  # ignored
        for name, value in values.items():
            known = name in self.info or BY_COMPONENT.get(name) in self.components()
            if not known or name not in FIELDS or not FIELDS[name](value):
                return refused(PARAMETERS)
        kelvin = values.get("color_temp")
        if kelvin:
            low, high = self.info.get("color_temp_range", (0, 100000))
            if not low <= kelvin <= high or self.change.beside and "brightness" not in values:
                return refused(PARAMETERS)
        self.info.update(values)
        if {"hue", "color_temp"} & set(values) and "lighting_effect" in self.info:
            self.set_lighting_effect({"enable": 0})
        if {"hue", "color_temp"} & set(values) and "dynamic_light_effect_enable" in self.info:
            self.info["dynamic_light_effect_enable"] = False
        return {}

    def set_lighting_effect(self, values):
        if not self.held["get_lighting_effect"].keys() - {"trans_sequence"} & values.keys():
            return refused(PARAMETERS)
        self.held["get_lighting_effect"].update(values)
        told = self.info["lighting_effect"]
        told.update({name: value for name, value in values.items() if name in told})
        return {}

    def set_rule_enable(self, values):
        """set_dynamic_light_effect_rule_enable"""
        rules = self.held["get_dynamic_light_effect_rules"]
        if values.get("enable") and values.get("id") not in [r["id"] for r in rules["rule_list"]]:
            return refused(PARAMETERS)
        for found in (self.info, rules):
            prefix = "dynamic_light_effect_" if found is self.info else ""
            found[prefix + "enable"] = values["enable"]
            if values["enable"]:
                found["dynamic_light_effect_id" if prefix else "current_rule_id"] = values["id"]
        return {}

    def edit_effect(self, values):
        """edit_dynamic_light_effect_rule"""
        rules = self.held["get_dynamic_light_effect_rules"]["rule_list"]
        found = [rule for rule in rules if rule["id"] == values.get("id")]
        if not found or not values.keys() <= found[0].keys():
            return refused(PARAMETERS)
        found[0].update(values)
        return {}

    def apply_segment_effect(self, values):
        self.held["get_segment_effect_rule"].update(values)
        if "segment_effect" in self.info:
            told = self.info["segment_effect"]
            told.update({name: value for name, value in values.items() if name in told})
        return {}

    def keep(self, method):
        """A setter of what `method` reads."""

        def put(values):
            if not values.keys() <= self.held[method].keys() | {"region", "time_diff"}:
                return refused(PARAMETERS)
            self.held[method].update(values)
            return {}

        return put

    def add_rule(self, values):
        """There is room for one."""
        rules = self.held["get_countdown_rules"]["rule_list"]
        if rules or type(values.get("delay")) is not int or "desired_states" not in values:
            return refused(PARAMETERS)
        rules.append({"id": "C1", "remain": values["delay"], **values})
        return {"result": {"id": "C1"}}

    def edit_rule(self, values):
        rules = self.held["get_countdown_rules"]["rule_list"]
        found = [rule for rule in rules if rule["id"] == values.get("id")]
        if not found:
            return refused(PARAMETERS)
        found[0].update(values)
        return {}

    def remove_rules(self, values):
        named = [rule.get("id") for rule in values.get("rule_list", [])]
        rules = self.held["get_countdown_rules"]["rule_list"]
        if not named and not values.get("remove_all"):
            return refused(PARAMETERS)
        rules[:] = [] if values.get("remove_all") else [r for r in rules if r["id"] not in named]
        return {}

    def done(self, method):
        """A setter that leaves no more than a mark."""

        def put(values):
            self.held.setdefault("done", []).append(method)
            return {}

        return put


SETTERS = {
    "set_device_info": ("get_device_info", Node.set_device_info),
    "set_led_info": ("get_led_info", lambda node, v: node.keep("get_led_info")(v)),
    "set_device_time": ("get_device_time", lambda node, v: node.keep("get_device_time")(v)),
    "set_lighting_effect": ("get_lighting_effect", Node.set_lighting_effect),
    "set_dynamic_light_effect_rule_enable": (
        "get_dynamic_light_effect_rules",
        Node.set_rule_enable,
    ),
    "edit_dynamic_light_effect_rule": ("get_dynamic_light_effect_rules", Node.edit_effect),
    "apply_segment_effect_rule": ("get_segment_effect_rule", Node.apply_segment_effect),
    "add_countdown_rule": ("get_countdown_rules", Node.add_rule),
    "edit_countdown_rule": ("get_countdown_rules", Node.edit_rule),
    "remove_countdown_rules": ("get_countdown_rules", Node.remove_rules),
    "device_reboot": ("get_device_info", lambda node, v: node.done("device_reboot")(v)),
    "device_reset": ("get_device_info", lambda node, v: node.done("device_reset")(v)),
    "unbind_device": ("get_connect_cloud_state", lambda node, v: node.done("unbind_device")(v)),
}
"""By method: what must be recorded for the device to know it, and what it does."""


class Replay:
    """The device of a recording, in one of CHANGES, and what it was asked."""

    def __init__(self, recording, change="as recorded"):
        self.change = CHANGES[change]
        held = json.loads(json.dumps(recording))  # a copy, in a fifth of deepcopy's time
        self.change.held(held)
        self.device = Node(held, held["get_device_info"], self.change)
        told = held.get("get_child_device_list", {}).get("child_device_list", [])
        own = held.get("child_devices", {})
        self.listed = told[1:] + told[:1] if self.change.mixed else told
        self.outlets = {
            info["device_id"]: Node(own.get(info["device_id"], {}), info, self.change)
            for info in self.listed
        }
        self.asked = []  # the methods
        self.posts = 0  # HTTP requests
        found = recording.get("discovery_result", {}).get("result", {})
        self.scheme = found.get("mgt_encrypt_schm", {})

    def node_of(self, other):
        """The node that another replay of the same device has as `other`."""
        return self.outlets.get(other.info["device_id"], self.device)

    def answer(self, text):
        """The reply's text to a request's."""
        request = json.loads(text)
        if not isinstance(request.get("method"), str):
            self.asked.append("?")
            reply = refused(MALFORMED)
        else:
            reply = self.reply(request, self.device, "terminalUUID" in request)
        return json.dumps(each(reply, self.change.fields), **self.change.style)

    def reply(self, request, node, uuid):
        method, values = request["method"], request.get("params") or {}
        if method == "multipleRequest":
            responses = []
            for inner in values["requests"]:
                answer = self.reply(inner, node, uuid or "terminalUUID" in inner)
                responses.append({"method": inner["method"], **answer})
                if answer["error_code"] and not self.change.goes_on:
                    break
            return {"result": {"responses": responses}, "error_code": 0}
        self.asked.append(method)
        if method == "control_child" and node is self.device and self.outlets:
            outlet = self.outlets.get(values.get("device_id"))
            if not outlet:
                return refused(PARAMETERS)
            inner = self.reply(values["requestData"], outlet, uuid)
            return {"result": {"responseData": inner}, "error_code": 0}
        if method == "get_child_device_list" and node is self.device and self.listed:
            return {"result": self.page(values.get("start_index", 0)), "error_code": 0}
        if self.change.uuid and method in SETTERS and not uuid:
            return refused(NO_UUID)
        return {"error_code": 0, **node.call(method, values)}

    def page(self, start):
        found = self.listed[start : start + self.change.page]
        return {"child_device_list": found, "start_index": start, "sum": len(self.listed)}
