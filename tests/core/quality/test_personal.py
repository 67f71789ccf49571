"""E-mail addresses, phone numbers, numbers of payment cards: what is one, and above all what is none."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from explorer.core.quality.personal import holds_card, holds_phone, is_card, luhn, with_card, with_email, with_phone


def column(*texts: str) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(texts[:1], pa.large_string()), pa.array(texts[1:], pa.large_string())])


@pytest.mark.parametrize(
    "text",
    ["write to jane.doe+bank@example.co.uk please", "<A.B@X-Y.ORG>", "o_o@mail.example.museum.", "mailto:x@y.de"],
)
def test_addresses(text: str) -> None:
    assert with_email(column("nothing", text)).tolist() == [1]


@pytest.mark.parametrize("text", ["@jane said", "jane@localhost", "a @ b.com", "user@", "3@5", "@example.com", ""])
def test_no_addresses(text: str) -> None:
    assert with_email(column("nothing", text)).tolist() == []


PHONES = (
    "+49 30 1234567", "(+31) 35 833539", "+44 (0)61 275 6045", "0049 30 123456", "+1-212-555-0123", "+14155550123",
    "(617) 277-9816", "212-555-0123", "1 (404) 261-3665", "408/973-9111", "[510] 748-3418", "214.241.6060",
    "030 1234567", "(0171) 1234567", "01 23 45 67 89", "020 7946 0958", "0800-123-4567", "(804)-461-5001x431",
    "call 09061701461 now", "tel: 5550123 99", "Fax (050) 500697", "text me at 07123456789", "phone no. 2345678",
)  # fmt: skip


@pytest.mark.parametrize("number", PHONES)
def test_phone_numbers(number: str) -> None:
    assert holds_phone(f"Please ring us: {number}, thanks")
    assert with_phone(column("no", f"({number})")).tolist() == [1] or "(" in number


@pytest.mark.parametrize(
    "text",
    [
        "on 2020-01-31 14:05:59", "01/02/2003", "12.05.2021 10:30", "version 10.0.19045.3803", "192.168.100.200",
        "3.14159265358979", "order 9304271755", "1 200 000 EUR", "ISBN 978-3-16-148410-0", "$1,234,567.89",
        "4   10   37   24   18    3", "1234567", "0000000000", "id 00112233445566778899", "3/100/200",
        "invoice 2021-000123-77", "4111 1111 1111 1111", "between 1995 and 2005 in 1998", "0.123456789012",
        "DE89 3704 0044 0532 0130 00",
    ],
)  # fmt: skip
def test_no_phone_numbers(text: str) -> None:
    assert not holds_phone(text)


CARDS = (
    "4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "5500 0000 0000 0004", "2223003122003222",
    "3782 822463 10005", "378282246310005", "6011111111111117", "3530111333300000", "30569309025904",
    "3056 930902 5904",
)  # fmt: skip


@pytest.mark.parametrize("number", CARDS)
def test_card_numbers(number: str) -> None:
    assert holds_card(f"my card {number} was declined")
    assert with_card(column("no", number)).tolist() == [1]


@pytest.mark.parametrize(
    "text",
    [
        "4111111111111112", "1234 5678 9012 3456", "0000 0000 0000 0000", "41111111111111111111", "4111 1111-1111 1111",
        "9111111111111111", "+4111111111111111", "12,4111111111111111", "4111111111111111.5", "4111111111111111-2",
    ],
)  # fmt: skip
def test_no_card_numbers(text: str) -> None:
    assert not holds_card(text)


@given(st.text("0123456789", min_size=1, max_size=18))
def test_exactly_one_check_digit_is_right(digits: str) -> None:
    assert sum(luhn(digits + str(last)) for last in range(10)) == 1


@given(st.text(max_size=60))
def test_any_text_can_be_looked_at(text: str) -> None:
    holds_phone(text)
    assert not (holds_card(text) and not any(map(is_card, _digits(text))))


def _digits(text: str) -> list[str]:
    joined = "".join(letter for letter in text if letter.isascii() and letter.isdigit())
    return [joined[start:end] for start in range(len(joined)) for end in range(start + 13, len(joined) + 1)]
