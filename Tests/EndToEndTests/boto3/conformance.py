"""Holds every answer of the emulator against botocore's own model of it.

botocore's parser skips what it does not know, so the raw answer is walked beside the model: no member that the model
lacks, every required member there, every enumeration in its range, every scalar of its type.
"""

import base64
import json
import re
import xml.etree.ElementTree as ElementTree


# Where AWS itself answers otherwise than its model says: the shape, and what comes.
ALSO = {
    "PlatformValues": {"windows"},
    # A new interface is pending for a moment; an attached gateway is available; endpoints speak in lower case.
    "NetworkInterfaceStatus": {"pending"},
    "AttachmentStatus": {"available"},
    # As the example of create-network-interface-permission shows it; Terraform waits for just that.
    "NetworkInterfacePermissionStateCode": {"GRANTED"},
    # What UpdateFunctionCode and UpdateFunctionConfiguration say while they are under way.
    "LastUpdateStatusReasonCode": {"Creating"},
    "State": {"pending", "available", "deleting", "deleted", "rejected", "pendingAcceptance"},
}


class Mismatch(AssertionError):
    """The answer is not what the model says."""


def check(operation_model, response):
    """Raises Mismatch where a successful answer differs from the operation's output shape."""
    if response["status_code"] >= 300:
        return
    service = operation_model.service_model
    protocol = service.resolved_protocol if hasattr(service, "resolved_protocol") else service.metadata["protocol"]
    shape = operation_model.output_shape
    body = response["body"]
    if protocol in ("ec2", "query"):
        root = ElementTree.fromstring(body)
        node = root
        allowed = {"requestId", "return"} if protocol == "ec2" else {"ResponseMetadata"}
        if shape is None:
            return
        wrapper = shape.serialization.get("resultWrapper")
        if wrapper:
            node = next((child for child in root if local(child) == wrapper), None)
            if node is None:
                raise Mismatch(f"{operation_model.name}: no {wrapper}")
            allowed = set()
        structure_xml(node, shape, operation_model.name, allowed)
    elif protocol == "rest-xml" and shape is not None:
        rest_xml(body, shape, operation_model.name)
    elif operation_model.has_event_stream_output and protocol == "json":
        return  # Its events are parsed one by one, by who reads them.
    elif protocol == "json" and shape is not None:
        value_json(json.loads(body or b"{}"), shape, operation_model.name)
    elif protocol == "rest-json" and shape is not None:
        rest_json(body, response["headers"], shape, operation_model.name)
    elif shape is not None:
        raise Mismatch(f"{operation_model.name}: answers in {protocol} are not looked at")


def rest_json(body, headers, shape, name):
    """Walks the body of an answer and its headers: the payload, or the members that are nowhere else."""
    payload = shape.serialization.get("payload")
    if payload:
        inner = shape.members[payload]
        # A stream of events is no document yet: botocore reads it while the test takes the events.
        if inner.type_name == "structure" and not inner.serialization.get("eventstream"):
            value_json(json.loads(body), inner, name)
        return
    elsewhere = {}
    for member, inner in shape.members.items():
        if "location" in inner.serialization:
            elsewhere[member] = inner
            header = headers.get(inner.serialization.get("name", member))
            if inner.serialization["location"] == "header" and header is not None:
                scalar(header, inner, f"{name}.{member}")
            elif inner.serialization["location"] == "header" and member in shape.required_members:
                raise Mismatch(f"{name}: the required header of {member} is missing")
    value_json(json.loads(body or b"{}"), shape, name, elsewhere)


def rest_xml(body, shape, name):
    """Walks the body of an answer: the payload's structure, or the members that are not headers."""
    payload = shape.serialization.get("payload")
    if payload:
        shape = shape.members[payload]
        if shape.type_name != "structure":
            return
    members = {key for key, member in shape.members.items() if "location" not in member.serialization}
    # GetBucketLocation answers with one element that has no structure round it.
    if not body or not members or name == "GetBucketLocation":
        return
    structure_xml(ElementTree.fromstring(body), shape, name)


def local(node):
    return node.tag.split("}")[-1]


def structure_xml(node, shape, path, allowed=frozenset()):
    by_name = {}
    for name, member in shape.members.items():
        by_name[member.serialization.get("name", name)] = (name, member)
        if member.type_name == "list" and member.serialization.get("flattened"):
            by_name[member.member.serialization.get("name", member.serialization.get("name", name))] = (name, member)
    seen = set()
    for child in node:
        tag = local(child)
        if tag not in by_name:
            if tag in allowed:
                continue
            raise Mismatch(f"{path}: the model has no member <{tag}>")
        name, member = by_name[tag]
        seen.add(name)
        if member.type_name == "list" and member.serialization.get("flattened"):
            value_xml(child, member.member, f"{path}.{name}[]")
        else:
            value_xml(child, member, f"{path}.{name}")
    seen |= {name for name, member in shape.members.items() if member.serialization.get("xmlAttribute")}
    missing = set(shape.required_members) - seen
    if missing:
        raise Mismatch(f"{path}: required members are missing: {sorted(missing)}")


def value_xml(node, shape, path):
    kind = shape.type_name
    if kind == "structure":
        structure_xml(node, shape, path)
    elif kind == "list":
        wanted = shape.member.serialization.get("name", "member")
        for child in node:
            if local(child) != wanted:
                raise Mismatch(f"{path}: <{local(child)}> in a list of <{wanted}>")
            value_xml(child, shape.member, f"{path}[]")
    elif kind == "map":
        for entry in node:
            value_xml(entry[1], shape.value, f"{path}{{}}")
    else:
        scalar(node.text or "", shape, path)


def value_json(value, shape, path, elsewhere=()):
    kind = shape.type_name
    if value is None:
        return
    if kind == "structure":
        if not isinstance(value, dict):
            raise Mismatch(f"{path}: {value!r} is no structure")
        names = {
            member.serialization.get("name", name): (name, member)
            for name, member in shape.members.items()
            if name not in elsewhere
        }
        for key, inner in value.items():
            if key not in names:
                raise Mismatch(f"{path}: the model has no member '{key}'")
            value_json(inner, names[key][1], f"{path}.{key}")
        missing = set(shape.required_members) - set(elsewhere) - {names[key][0] for key in value}
        if missing:
            raise Mismatch(f"{path}: required members are missing: {sorted(missing)}")
    elif kind == "list":
        if not isinstance(value, list):
            raise Mismatch(f"{path}: {value!r} is no list")
        for inner in value:
            value_json(inner, shape.member, f"{path}[]")
    elif kind == "map":
        if not isinstance(value, dict):
            raise Mismatch(f"{path}: {value!r} is no map")
        for inner in value.values():
            value_json(inner, shape.value, f"{path}{{}}")
    elif kind == "string":
        if not isinstance(value, str):
            raise Mismatch(f"{path}: {value!r} is no string")
        scalar(value, shape, path)
    elif kind in ("integer", "long") and (isinstance(value, bool) or not isinstance(value, int)):
        raise Mismatch(f"{path}: {value!r} is no integer")
    elif kind == "boolean" and not isinstance(value, bool):
        raise Mismatch(f"{path}: {value!r} is no boolean")
    elif kind == "timestamp" and (isinstance(value, bool) or not isinstance(value, (int, float))):
        if shape.serialization.get("timestampFormat") != "iso8601":
            raise Mismatch(f"{path}: {value!r} is no time")
    elif kind == "blob":
        base64.b64decode(value, validate=True)
    elif kind in ("float", "double") and (isinstance(value, bool) or not isinstance(value, (int, float))):
        if value not in ("NaN", "Infinity", "-Infinity"):
            raise Mismatch(f"{path}: {value!r} is no number")


def scalar(text, shape, path):
    kind = shape.type_name
    if kind in ("integer", "long") and not re.fullmatch(r"-?\d+", text):
        raise Mismatch(f"{path}: '{text}' is no integer")
    if kind == "boolean" and text not in ("true", "false"):
        raise Mismatch(f"{path}: '{text}' is no boolean")
    if kind == "timestamp" and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z", text):
        raise Mismatch(f"{path}: '{text}' is no timestamp")
    if kind == "string" and shape.enum and text not in shape.enum and text not in ALSO.get(shape.name, ()):
        raise Mismatch(f"{path}: '{text}' is none of {shape.enum[:8]}…")
