"""What v4 and v5 call the same thing in alarms, bills and rates (TMF642, TMF678)."""

import pytest

from tests.support.views import Record, assert_pair, view
from tmf_server.rest.versions.views import V5View
from tmf_server.rules.canonical import V4_EXTRAS

ALARM = Record("TMF642", "Alarm", "Alarm")
ACK = Record("TMF642", "AckAlarms", "AckAlarm")
BILL = Record("TMF678", "CustomerBill", "CustomerBill")
RATE = Record("TMF678", "AppliedCustomerBillingRate", "AppliedCustomerBillingRate")


def test_what_an_alarm_is_about_is_referred_to() -> None:
    shown = {"alarmedObject": {"id": "port"}, "affectedService": [{"id": "s"}]}
    canonical = {
        "alarmedObject": {"@type": "AlarmedObjectRef", "id": "port"},
        "affectedService": [{"@type": "ServiceRef", "id": "s"}],
    }
    assert_pair(ALARM, shown, canonical)


def test_the_place_of_an_alarm_is_flat_in_v4() -> None:
    place = {
        "@type": "RelatedPlace",
        "role": "site",
        "relatedPlace": {"@type": "Place", "id": "a", V4_EXTRAS: {"name": "A"}},
    }
    assert_pair(ALARM, {"place": [{"id": "a", "name": "A", "role": "site"}]}, {"place": [place]})


@pytest.mark.parametrize("attribute", ["alarmType", "perceivedSeverity", "ackState", "state", "plannedOutageIndicator"])
def test_a_v4_value_outside_the_enum_of_v5_is_kept_and_left_out_of_v5(attribute: str) -> None:
    assert_pair(ALARM, {attribute: "weird"}, {V4_EXTRAS: {attribute: "weird"}})
    stored = view(ALARM).accept({attribute: "weird"})
    assert V5View().show(stored) == {"@type": "Alarm"}
    assert view(ALARM).paths((attribute,)) == ((attribute,), (V4_EXTRAS, attribute))


def test_what_v5_says_later_counts_more_than_what_v4_said_before() -> None:
    stored = view(ALARM).accept({"perceivedSeverity": "weird"})
    after = V5View().accept({"@type": "Alarm", "perceivedSeverity": "major"}, stored)
    assert view(ALARM).show(after) == {"@type": "Alarm", "perceivedSeverity": "major"}


def test_a_task_is_called_after_one_alarm_in_v5() -> None:
    assert view(ACK).show({"@type": "AckAlarm", "state": "done"}) == {"@type": "AckAlarms", "state": "done"}
    assert view(ACK).accept({"@type": "AckAlarms"}) == {"@type": "AckAlarm"}


def test_a_pattern_of_a_task_is_a_reference_or_attributes_of_alarms() -> None:
    patterns = view(ACK).accept({"alarmPattern": [{"id": "a"}, {"alarmType": "equipmentAlarm"}]})["alarmPattern"]
    assert patterns == [{"@type": "AlarmRef", "id": "a"}, {"@type": "Alarm", "alarmType": "equipmentAlarm"}]


def test_the_type_of_a_rate_has_another_name_in_v5() -> None:
    assert_pair(RATE, {"type": "recurring"}, {"appliedBillingRateType": "recurring"})
    assert_pair(RATE, {"bill": {"id": "b"}}, {"bill": {"@type": "CustomerBillRef", "id": "b"}})


def test_a_bill_cycle_is_v5_only() -> None:
    stored = {"@type": "CustomerBill", "billCycle": {"@type": "BillCycleRef", "id": "monthly"}}
    assert view(BILL).show(stored) == {"@type": "CustomerBill"}
    assert view(BILL).accept({"@type": "CustomerBill", "category": "x"}, stored)["billCycle"] == stored["billCycle"]


def test_a_run_type_of_v4_is_free_text() -> None:
    assert_pair(BILL, {"runType": "onCycle"}, {"runType": "onCycle"})
    assert_pair(BILL, {"runType": "trial"}, {V4_EXTRAS: {"runType": "trial"}})


def test_a_party_of_a_bill_needs_no_referred_type() -> None:
    wrapped = {"@type": "RelatedPartyRefOrPartyRoleRef", "partyOrPartyRole": {"@type": "PartyRef", "id": "p"}}
    assert_pair(BILL, {"relatedParty": [{"id": "p"}]}, {"relatedParty": [wrapped]})
