"""Adds up orders: `{"items": [{"sku": …, "qty": …, "price": …}]}`."""

import json
from decimal import ROUND_HALF_UP, Decimal


def answer(status, **body):
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def handle(event, context):
    items = event.get("items")
    if not isinstance(items, list):
        return answer(400, message="items must be a list")
    total = Decimal(0)
    for item in items:
        quantity, price = item.get("qty"), item.get("price")
        if not is_number(quantity) or not is_number(price) or quantity < 0 or price < 0:
            return answer(400, message=f"{item.get('sku')}: qty and price must be numbers that are not negative")
        total += Decimal(str(quantity)) * Decimal(str(price))
    return answer(200, total=float(total.quantize(Decimal("0.01"), ROUND_HALF_UP)))
