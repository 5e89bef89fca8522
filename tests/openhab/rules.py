"""Rules in openHAB's DSL, really run: the part of the language that the examples use.

What is not in that part is refused, so a misspelt name or method is found when its line runs.
"""

import re

from tests.openhab.engine import Refused, unescaped

TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*)
    |"(?P<string>(?:\\.|[^\\"\n])*)"
    |(?P<word>[A-Za-z_]\w*|\d+)
    |(?P<mark>===|!==|==|!=|&&|\|\||[][(){}.,+=!|])""",
    re.VERBOSE,
)
TRIGGER = re.compile(r"(Item|Member of) (\w+) (received command|received update)(?: (\w+))?")
CRON = re.compile(r'Time cron "[-*/?0-9,]+( [-*/?0-9A-Z,]+){5,6}"')
RULE = re.compile(r'^rule "([^"\n]+)"\nwhen\n(.*?)^then\n(.*?)^end$', re.DOTALL | re.MULTILINE)


def rules_of(text):
    """Every rule of a file, as Rule; a line that belongs to none is refused."""
    rest = re.sub(r"(?m)^\s*//.*$", "", RULE.sub("", text)).strip()
    if rest:
        raise Refused("outside of a rule: " + rest)
    return [Rule(*found) for found in RULE.findall(text)]


class Rule:
    """`triggers`: (Item or Member of, name, received command or update, which or "")."""

    def __init__(self, name, triggers, body):
        self.name, self.body, self.triggers = name, body, []
        for trigger in re.split(r"\sor\s", triggers):
            trigger = " ".join(trigger.split())
            if CRON.fullmatch(trigger):
                continue
            found = TRIGGER.fullmatch(trigger)
            if not found:
                raise Refused("unknown trigger: " + trigger)
            self.triggers.append((found[1], found[2], found[3], found[4] or ""))
        self.statements = Parser(body).block(None)

    def fires(self, name, groups, event, value):
        """Whether an event of the item `name`, a member of `groups`, starts it."""
        return any(
            (what == name if scope == "Item" else what in groups)
            and when == event
            and which in ("", value)
            for scope, what, when, which in self.triggers
        )

    def run(self, names):
        """`names`: what the rule can see, as the name of a value or function."""
        execute(self.statements, dict(names))


class Parser:
    """Statements and expressions as tuples, the first of which says what it is."""

    def __init__(self, text):
        self.tokens, position = [], 0
        while position < len(text):
            found = TOKEN.match(text, position)
            if not found:
                raise Refused("not in a rule: " + text[position:].splitlines()[0])
            position = found.end()
            if found["string"] is not None:
                self.tokens.append(("string", unescaped(found["string"])))
            elif found["skip"] is None:
                self.tokens.append(("mark" if found["mark"] else "word", found[0]))

    def peek(self, *texts):
        return bool(self.tokens) and self.tokens[0][0] != "string" and self.tokens[0][1] in texts

    def took(self, text):
        return self.peek(text) and bool(self.tokens.pop(0))

    def need(self, text):
        if not self.took(text):
            raise Refused("%s instead of %s" % (self.tokens[:1], text))

    def word(self):
        kind, text = self.tokens.pop(0) if self.tokens else ("end", "")
        if kind != "word":
            raise Refused("%s instead of a name" % text)
        return text

    def block(self, end):
        found = []
        while self.tokens if end is None else not self.took(end):
            found.append(self.statement())
        return found

    def branch(self):
        return self.block("}") if self.took("{") else [self.statement()]

    def statement(self):
        if self.took("val"):
            name = self.word()
            self.need("=")
            return ("val", name, self.expression())
        if self.took("if"):
            self.need("(")
            condition = self.expression()
            self.need(")")
            yes = self.branch()
            return ("choose", condition, yes, self.branch() if self.took("else") else [])
        return ("do", self.expression())

    def expression(self):
        if self.took("if"):
            self.need("(")
            condition = self.expression()
            self.need(")")
            yes = self.expression()
            self.need("else")
            return ("if", condition, yes, self.expression())
        return self.binary(["||"], ["&&"], ["==", "!=", "===", "!=="], ["+"])

    def binary(self, operators, *tighter):
        left = self.binary(*tighter) if tighter else self.postfix()
        while self.peek(*operators):
            operator = self.tokens.pop(0)[1]
            right = self.binary(*tighter) if tighter else self.postfix()
            left = ("binary", operator, left, right)
        return left

    def postfix(self):
        if self.took("!"):
            return ("not", self.postfix())
        value = self.primary()
        while self.took("."):
            value = ("member", value, self.word(), self.arguments())
        return value

    def arguments(self):
        """Those in brackets, a function in square ones, or None."""
        if self.took("["):
            name = self.word()
            self.need("|")
            value = ("function", name, self.expression())
            self.need("]")
            return [value]
        if not self.took("("):
            return None
        found = []
        while not self.took(")"):
            if found:
                self.need(",")
            found.append(self.expression())
        return found

    def primary(self):
        if self.took("("):
            value = self.expression()
            self.need(")")
            return value
        if self.tokens and self.tokens[0][0] == "string":
            return ("value", self.tokens.pop(0)[1])
        word = self.word()
        if word.isdigit():
            return ("value", int(word))
        return ("call", word, self.arguments())


def execute(statements, names):
    for statement in statements:
        if statement[0] == "val":
            names[statement[1]] = evaluate(statement[2], names)
        elif statement[0] == "choose":
            chosen = truth(evaluate(statement[1], names))
            execute(statement[2 if chosen else 3], dict(names))
        else:
            evaluate(statement[1], names)


def truth(value):
    if not isinstance(value, bool):
        raise Refused("a condition is %r" % (value,))
    return value


def evaluate(node, names):
    kind = node[0]
    if kind == "value":
        return node[1]
    if kind == "not":
        return not truth(evaluate(node[1], names))
    if kind == "if":
        return evaluate(node[2 if truth(evaluate(node[1], names)) else 3], names)
    if kind == "function":
        return lambda value: evaluate(node[2], {**names, node[1]: value})
    if kind == "binary":
        return binary(node[1], node[2], node[3], names)
    if kind == "call":
        if node[1] not in names:
            raise Refused("unknown name: " + node[1])
        value = names[node[1]]
        return value if node[2] is None else value(*[evaluate(a, names) for a in node[2]])
    target = evaluate(node[1], names)
    return member(target, node[2], [evaluate(a, names) for a in node[3] or []])


def binary(operator, left, right, names):
    left = evaluate(left, names)
    if operator in ("&&", "||"):
        if truth(left) == (operator == "||"):
            return left
        return truth(evaluate(right, names))
    right = evaluate(right, names)
    if operator == "+":
        if not isinstance(left, str) and not isinstance(right, str):
            raise Refused("%r + %r" % (left, right))
        return str(left) + str(right)
    same = left is None if right is None else left == right
    return same == (operator in ("==", "==="))


class Value:
    """What has more than Java's string methods: an item, Duration. `has`: its members by name."""

    def __init__(self, text, **has):
        self.text, self.has = text, has

    def __str__(self):
        return self.text

    def __eq__(self, other):
        return isinstance(other, Value) and self.text == other.text


STRING = {
    "toString": str,
    "trim": lambda text: text.strip(),
    "split": lambda text, pattern: re.split(pattern, text),
    "toLowerCase": str.lower,
    "contains": lambda text, part: part in text,
    "startsWith": lambda text, start: text.startswith(start),
    "matches": lambda text, pattern: bool(re.fullmatch(pattern, text)),
    "replaceFirst": lambda text, pattern, new: re.sub(pattern, new, text, count=1),
}
LIST = {
    "size": len,
    "get": lambda items, index: items[index],
    "findFirst": lambda items, wanted: next((x for x in items if truth(wanted(x))), None),
}


def member(target, name, given):
    """A method or property, as Java's and Xtend's are."""
    if target is None:
        raise Refused("null." + name)
    if isinstance(target, Value) and name in target.has:
        value = target.has[name]
        return value(*given) if callable(value) else value
    if isinstance(target, Value) and name == "toString":
        return str(target)
    methods = {str: STRING, list: LIST}.get(type(target), {})
    if name not in methods:
        raise Refused("%r has no %s" % (target, name))
    return methods[name](target, *given)
