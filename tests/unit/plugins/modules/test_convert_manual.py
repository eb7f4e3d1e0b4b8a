# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""azdo_arm_connection_convert: connections that a person created, whose federated credential is made here or handed to a person."""

from __future__ import annotations

import itertools
import json
import re
import shlex
import typing as t

import pytest
import requests
from ansible_collections.azdo.connections.plugins.module_utils._model.federated_credential import our_name

from simulator import Fleet, Simulator, federation, identity_fleet
from simulator.directory import ManagedIdentity
from simulator.recorder import Recorded
from unit.plugins._helpers.arm import SECRET, person
from unit.plugins._helpers.tasks import Task, convert

Options = dict[str, t.Any]
Pair = tuple[str, str]
NAME = "by-hand"
CONVERSION: Options = {"method": "PUT", "path": "operation=ConvertAuthenticationScheme"}
NOT_CONFIGURED = {
    "message": "The authorization scheme could not be upgraded to WorkloadIdentityFederation because the service principal could "
    "not be configured automatically, and no valid configuration exists.",
    "typeKey": "ArgumentException",
}
DENIED = {"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges to complete it."}}


class Scene:
    """One connection that a person created, and somebody who can reach Microsoft Graph and Azure Resource Manager."""

    def __init__(self, simulator: Simulator, monkeypatch: pytest.MonkeyPatch, name: str = NAME) -> None:
        self.simulator, self.fleet = simulator, simulator.fleet
        self.connection = next(item for item in simulator.world.connections.values() if item.name == name)
        identity = federation.identity_of(simulator.world.directory, self.connection)
        assert identity is not None
        self.identity = identity
        self.signed_in: Options = {
            **person(simulator, "person", monkeypatch),
            "tenant": simulator.fleet.tenant_id,
        }

    def run(self, *, pair: Pair | None = None, check: bool = False, **options: t.Any) -> Task:
        """:param pair: what the user gives as federated_credential.pairs."""
        wish: Options = dict(options.pop("federated_credential", {}))
        if pair is not None:
            wish["pairs"] = [{"connection": self.connection.id, "issuer": pair[0], "subject": pair[1]}]
        usual: Options = {**self.signed_in, "connections": [self.connection.name], "wait_timeout": 1}
        return convert(self.simulator, check=check, **{**usual, "federated_credential": wish, **options})

    def pair(self, issuer: str = "entra") -> Pair:
        return federation.pair(self.simulator.world, self.connection, issuer)

    def federate(self, pair: Pair, name: str = "made-by-somebody") -> None:
        identity_fleet.federate(self.identity, name, *pair)

    @property
    def pairs(self) -> list[Pair]:
        return [(item.issuer, item.subject) for item in self.identity.credentials]

    @property
    def conversions(self) -> int:
        return sum("operation=ConvertAuthenticationScheme" in item.raw_path for item in self.simulator.writes)

    @property
    def credential_writes(self) -> list[str]:
        """Method and last part of the path."""
        found = [item for item in self.simulator.writes if "federatedidentitycredentials" in item.path.lower()]
        return [f"{item.method} {item.path.rsplit('/', 1)[-1]}" for item in found]

    @property
    def scheme(self) -> str:
        return self.connection.scheme


def small_fleet(name: str = NAME, project: str = "Payments", **options: t.Any) -> Fleet:
    fleet = Fleet()
    payments = fleet.project(project)
    fleet.connection(payments, name, creation_mode="Manual", **options)
    fleet.connection(payments, "automatic")
    fleet.service_principal("automation", secret=SECRET)
    return fleet


def managed_fleet() -> Fleet:
    fleet = Fleet()
    client = fleet.managed_identity("id-payments").client_id
    fleet.connection(fleet.project("Payments"), NAME, creation_mode="Manual", client_id=client)
    fleet.service_principal("automation", secret=SECRET)
    return fleet


Make = t.Callable[..., Scene]


@pytest.fixture
def make(simulate: t.Callable[..., Simulator], monkeypatch: pytest.MonkeyPatch) -> Make:
    def scene(fleet: Fleet | None = None, *, name: str = NAME, **knobs: t.Any) -> Scene:
        return Scene(simulate(fleet or small_fleet(), **knobs), monkeypatch, name)

    return scene


# -- the credential is created -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("issuer", ["entra", "azure_devops"])
def test_the_pair_of_the_user_is_federated_through_graph_and_then_it_converts(make: Make, issuer: str) -> None:
    scene = make(issuer=issuer)
    pair = scene.pair(issuer)
    task = scene.run(pair=pair)
    assert task.statuses == {NAME: "converted"}, task.result
    assert [str(item).split()[0] for item in scene.simulator.writes] == ["POST", "PUT"]
    assert [item.name for item in scene.identity.credentials] == [our_name(scene.connection.id, *pair)]
    assert scene.pairs == [pair]
    assert (task.rows[0]["after"]["issuer"], task.rows[0]["after"]["subject"]) == pair
    assert task.rows[0]["hand_off"] is None
    assert task.rows[0]["verification"]["after"]["result"] == "ok"


def test_the_credential_of_a_managed_identity_is_written_through_resource_manager(make: Make) -> None:
    scene = make(managed_fleet())
    pair = scene.pair()
    task = scene.run(pair=pair)
    assert task.statuses == {NAME: "converted"}, task.result
    assert scene.credential_writes == [f"PUT {our_name(scene.connection.id, *pair)}"]
    assert scene.pairs == [pair]
    assert not any("_graph" in item.path for item in scene.simulator.writes)


def test_the_pair_that_the_connection_shows_needs_no_user(make: Make) -> None:
    scene = make(pair_in_answer=True)
    task = scene.run()
    assert task.statuses == {NAME: "converted"}, task.result
    assert scene.pairs == [scene.pair()]
    assert (len(scene.credential_writes), scene.conversions) == (1, 1)


def test_what_the_service_shows_beats_what_the_user_says(make: Make) -> None:
    scene = make(pair_in_answer=True)
    assert scene.run(pair=scene.pair("azure_devops")).statuses == {NAME: "converted"}
    assert scene.pairs == [scene.pair("entra")]
    assert len(scene.credential_writes) == 1


def test_a_refusal_that_tells_the_pair_is_learned_from(make: Make) -> None:
    scene = make(pair_in_error=True)
    task = scene.run(federated_credential={"probe": True})
    assert task.statuses == {NAME: "converted"}, task.result
    assert scene.pairs == [scene.pair()]
    assert (len(scene.credential_writes), scene.conversions) == (1, 2)


def test_a_pair_that_the_service_contradicts_leaves_no_second_trust_behind(make: Make) -> None:
    """What this run wrote for the wrong pair lets nobody in that it should, and is not forgotten silently."""
    scene = make(pair_in_error=True)
    task = scene.run(pair=scene.pair("azure_devops"))
    assert task.statuses == {NAME: "converted"}, task.result
    left = [item.name for item in scene.identity.credentials if (item.issuer, item.subject) != scene.pair()]
    told = json.dumps(task.rows) + " ".join(task.runtime.warnings)
    assert all(name in told for name in left), "a credential was written for a wrong pair, stays, and nobody is told"


def test_never_both_pairs_on_speculation(make: Make) -> None:
    scene = make(manual_issuer="either")
    assert scene.run(pair=scene.pair("azure_devops")).statuses == {NAME: "converted"}
    assert scene.pairs == [scene.pair("azure_devops")]
    assert len(scene.credential_writes) == 1


def test_a_second_run_writes_nothing(make: Make) -> None:
    scene = make()
    scene.run(pair=scene.pair())
    scene.simulator.forget()
    again = scene.run(pair=scene.pair())
    assert again.statuses == {NAME: "unchanged"}
    assert not again.result["changed"]
    assert scene.simulator.writes == []


def test_a_credential_whose_answer_was_lost_is_not_written_twice(make: Make) -> None:
    scene = make()
    scene.simulator.fault(kind="reset_after", method="POST", path="federatedIdentityCredentials")
    assert scene.run(pair=scene.pair()).statuses == {NAME: "converted"}
    assert scene.pairs == [scene.pair()]
    assert len(scene.credential_writes) == 1


def test_conflicts_of_a_managed_identity_are_waited_out(make: Make) -> None:
    scene = make(managed_fleet())
    busy = {
        "error": {"code": "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity", "message": "Busy"}
    }
    scene.simulator.fault(method="PUT", path="federatedIdentityCredentials", times=3, status=409, body=busy)
    assert scene.run(pair=scene.pair()).statuses == {NAME: "converted"}
    assert len(scene.credential_writes) == 4


# -- it takes its time to spread -----------------------------------------------------------------------------------------
def test_a_refusal_right_after_the_credential_was_written_is_tried_again(make: Make) -> None:
    scene = make()
    scene.simulator.fault(**CONVERSION, times=4, status=400, body=NOT_CONFIGURED)
    task = scene.run(pair=scene.pair())
    assert task.statuses == {NAME: "converted"}, task.result
    assert scene.conversions == 5
    assert len(scene.credential_writes) == 1
    # Each try starts from a new read.
    about = [item.method for item in scene.simulator.requests if item.path.endswith(f"endpoints/{scene.connection.id}")]
    assert "PUT PUT" not in " ".join(about)


def test_a_credential_of_a_run_that_was_killed_is_given_time_as_well(make: Make) -> None:
    scene = make()
    scene.federate(scene.pair(), our_name(scene.connection.id, *scene.pair()))
    scene.simulator.fault(**CONVERSION, times=3, status=400, body=NOT_CONFIGURED)
    assert scene.run(pair=scene.pair()).statuses == {NAME: "converted"}
    assert (scene.conversions, scene.credential_writes) == (4, [])


def test_patience_ends(make: Make) -> None:
    scene = make()
    scene.simulator.fault(**CONVERSION, times=0, status=400, body=NOT_CONFIGURED)
    task = scene.run(pair=scene.pair(), wait_timeout=0)
    assert task.statuses == {NAME: "needs_person"}
    assert scene.conversions == 1
    assert scene.scheme == "ServicePrincipal"


def test_a_refusal_for_another_reason_is_not_tried_again(make: Make) -> None:
    scene = make()
    scene.simulator.fault(**CONVERSION, times=0, status=400, body={"message": "No.", "typeKey": "ArgumentException"})
    assert scene.run(pair=scene.pair()).statuses == {NAME: "failed"}
    assert scene.conversions == 1


@pytest.mark.parametrize(
    "refusal", [NOT_CONFIGURED, {"message": "No.", "typeKey": "ArgumentException"}], ids=["spread", "other"]
)
def test_a_credential_that_was_written_is_a_change_although_the_conversion_was_refused(
    make: Make, refusal: Options
) -> None:
    scene = make()
    scene.simulator.fault(**CONVERSION, times=0, status=400, body=refusal)
    task = scene.run(pair=scene.pair(), wait_timeout=0)
    assert len(scene.credential_writes) == 2
    assert task.result["changed"], "a federated credential was written, and the task says that nothing changed"


@pytest.mark.parametrize(
    "refusal", [NOT_CONFIGURED, {"message": "No.", "typeKey": "ArgumentException"}], ids=["wrong pair", "other"]
)
@pytest.mark.parametrize("lag", [0, 9], ids=["listed", "not listed yet"])
def test_a_credential_that_served_for_nothing_is_taken_back(make: Make, refusal: Options, lag: int) -> None:
    """A pair that somebody mistyped would let in whom nobody knows, on an application that is not federated."""
    scene = make(graph_lag_reads=lag)
    scene.simulator.fault(**CONVERSION, times=0, status=400, body=refusal)
    task = scene.run(pair=("https://issuer.example", "somebody else's"), wait_timeout=0)
    assert scene.pairs == []
    assert [item.split()[0] for item in scene.credential_writes] == ["POST", "DELETE"]
    assert any("was removed from the application" in text for text in task.rows[0]["notes"])
    assert any("was removed from the application" in text for text in task.runtime.warnings)
    scene.simulator.clear_faults()
    scene.simulator.knob(graph_lag_reads=0)
    assert scene.run(pair=scene.pair()).statuses == {NAME: "converted"}
    assert scene.pairs == [scene.pair()]


def test_a_credential_that_cannot_be_taken_back_is_named(make: Make) -> None:
    scene = make()
    scene.simulator.fault(**CONVERSION, times=0, status=400, body=NOT_CONFIGURED)
    scene.simulator.fault(method="DELETE", path="federatedIdentityCredentials", times=0, status=403, body=DENIED)
    task = scene.run(pair=scene.pair(), wait_timeout=0)
    (left,) = (item.name for item in scene.identity.credentials)
    assert any(left in text and "is still on the application" in text for text in task.runtime.warnings)


@pytest.mark.parametrize("mode", ["create", "require"])
@pytest.mark.parametrize("refusal", [{"status": 403}, {"status": 400, "body": NOT_CONFIGURED}], ids=["403", "400"])
def test_what_another_run_or_a_person_wrote_under_our_name_stays(make: Make, mode: str, refusal: Options) -> None:
    """A hand-off gives people the very name that we would take."""
    scene = make()
    scene.federate(scene.pair(), our_name(scene.connection.id, *scene.pair()))
    scene.simulator.fault(**CONVERSION, times=0, **refusal)
    task = scene.run(pair=scene.pair(), wait_timeout=0, federated_credential={"mode": mode})
    assert task.rows[0]["status"] in ("needs_person", "failed")
    assert scene.pairs == [scene.pair()]
    assert scene.credential_writes == []


def test_what_could_not_be_written_is_not_said_to_be_taken_back(make: Make) -> None:
    scene = make()
    scene.simulator.fault(method="POST", path="federatedIdentityCredentials", times=0, status=403, body=DENIED)
    task = scene.run(pair=scene.pair(), wait_timeout=0)
    assert task.statuses == {NAME: "needs_person"}
    assert task.rows[0]["notes"] == []


def test_what_somebody_else_wrote_stays(make: Make) -> None:
    scene = make(manual_issuer="azure_devops")
    scene.federate(scene.pair())
    assert scene.run(pair=scene.pair(), wait_timeout=0).statuses == {NAME: "needs_person"}
    assert scene.pairs == [scene.pair()]


# -- somebody else has made it -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("issuer", ["entra", "azure_devops"])
def test_a_credential_for_this_connection_that_somebody_made_is_taken(make: Make, issuer: str) -> None:
    scene = make(issuer=issuer)
    scene.federate(scene.pair(issuer))
    assert scene.run().statuses == {NAME: "converted"}
    assert (scene.credential_writes, scene.conversions) == ([], 1)


@pytest.mark.parametrize("issuer", ["entra", "azure_devops"])
@pytest.mark.parametrize("given", [False, True], ids=["found", "given as well"])
def test_a_credential_that_somebody_made_is_tried_once_and_nothing_is_written(
    make: Make, issuer: str, given: bool
) -> None:
    """The service wants the other pair; a credential that nobody wrote just now does not have to spread."""
    scene = make(manual_issuer="azure_devops" if issuer == "entra" else "entra")
    scene.federate(scene.pair(issuer))
    task = scene.run(pair=scene.pair(issuer) if given else None)
    assert task.statuses == {NAME: "needs_person"}, task.result
    assert (scene.credential_writes, scene.conversions) == ([], 1)
    assert len(scene.pairs) == 1
    assert not task.result["changed"]


@pytest.mark.parametrize("written", [False, True], ids=["somebody's", "ours"])
def test_a_hand_off_never_asks_for_what_is_there_already(make: Make, written: bool) -> None:
    """Entra takes issuer and subject once: who follows such a hand-off gets an error."""
    scene = make(manual_issuer="azure_devops")
    if not written:
        scene.federate(scene.pair())
    task = scene.run(pair=scene.pair(), wait_timeout=0)
    hand_off = task.rows[0]["hand_off"]
    asks = hand_off["commands"] is not None and (hand_off["issuer"], hand_off["subject"]) in scene.pairs
    assert not asks, f"{hand_off['what_to_do']}\n{hand_off['commands']['graph']}"


def test_a_credential_of_another_connection_proves_nothing(make: Make) -> None:
    scene = make()
    other = next(item for item in scene.simulator.world.connections.values() if item.name == "automatic")
    scene.federate(federation.pair(scene.simulator.world, other, "entra"))
    assert scene.run().statuses == {NAME: "needs_person"}
    assert scene.simulator.writes == []


# -- nobody knows the pair -----------------------------------------------------------------------------------------------
def test_without_a_pair_it_waits_for_a_person_and_writes_nothing_however_often(make: Make) -> None:
    scene = make()
    for _again in range(2):
        task = scene.run()
        row = task.rows[0]
        assert (row["status"], row["after"]) == ("needs_person", None)
        assert row["hand_off"]["commands"] is None
        assert "choose Convert" in row["hand_off"]["what_to_do"]
        assert row["hand_off"]["client_id"] == scene.connection.parameter("serviceprincipalid")
        assert task.result["failure"]["code"] == "unfinished"
        assert task.result["failure"]["details"] == {"needs_person": [scene.connection.id]}
        assert not task.result["changed"]
    assert scene.simulator.writes == []
    assert scene.pairs == []


def test_a_probe_asks_once_and_hands_off_what_it_did_not_learn(make: Make) -> None:
    scene = make()
    task = scene.run(federated_credential={"probe": True})
    assert task.statuses == {NAME: "needs_person"}
    assert (scene.credential_writes, scene.conversions) == ([], 1)
    assert task.rows[0]["hand_off"]["commands"] is None
    assert scene.scheme == "ServicePrincipal"
    assert not task.result["changed"]


# -- required, not created -----------------------------------------------------------------------------------------------
def test_what_is_required_and_there_converts(make: Make) -> None:
    scene = make()
    scene.federate(scene.pair())
    assert scene.run(pair=scene.pair(), federated_credential={"mode": "require"}).statuses == {NAME: "converted"}
    assert (scene.credential_writes, scene.conversions) == ([], 1)


def test_what_is_required_and_missing_is_handed_off_without_a_request(make: Make) -> None:
    scene = make()
    task = scene.run(pair=scene.pair(), federated_credential={"mode": "require"})
    assert task.statuses == {NAME: "needs_person"}
    assert scene.simulator.writes == []
    assert (task.rows[0]["hand_off"]["issuer"], task.rows[0]["hand_off"]["subject"]) == scene.pair()


def test_what_is_required_and_differs_in_case_only_says_so(make: Make) -> None:
    scene = make()
    issuer, subject = scene.pair()
    scene.federate((issuer, subject.upper()))
    task = scene.run(pair=(issuer, subject), federated_credential={"mode": "require"})
    assert task.statuses == {NAME: "needs_person"}
    assert "upper and lower case" in task.rows[0]["hand_off"]["why"]
    assert "federated_credential_mismatch" in task.codes(NAME)
    assert scene.simulator.writes == []


# -- where nobody can look or write --------------------------------------------------------------------------------------
@pytest.mark.parametrize("there", [True, False])
def test_a_personal_access_token_cannot_look_so_the_known_pair_is_tried_once(make: Make, there: bool) -> None:
    scene = make()
    if there:
        scene.federate(scene.pair())
    scene.signed_in = {}
    task = scene.run(pair=scene.pair())
    assert task.statuses == {NAME: "converted" if there else "needs_person"}
    assert (scene.credential_writes, scene.conversions) == ([], 1)


def test_a_personal_access_token_without_a_pair_sends_nothing(make: Make) -> None:
    scene = make()
    scene.signed_in = {}
    assert scene.run().statuses == {NAME: "needs_person"}
    assert scene.simulator.writes == []


def test_a_personal_access_token_does_not_ask_again_for_what_it_cannot_make(make: Make) -> None:
    """The refusal tells the pair, nobody here can make the credential, and nothing changes by asking at once again."""
    scene = make(pair_in_error=True)
    scene.signed_in = {}
    task = scene.run(federated_credential={"probe": True})
    assert task.statuses == {NAME: "needs_person"}
    assert task.rows[0]["hand_off"]["subject"] == scene.pair()[1]
    assert scene.conversions == 1


def from_az(text: str) -> Options:
    words = shlex.split(text)
    return t.cast(Options, json.loads(words[words.index("--parameters") + 1]))


def from_graph(text: str) -> Options:
    return t.cast(Options, json.loads(text.split("\n", 1)[1]))


def from_terraform(text: str) -> Options:
    found = dict(re.findall(r"^  (\w+) += (.+)$", text, re.MULTILINE))
    plain = {name: json.loads(value.replace("$${", "${").replace("%%{", "%{")) for name, value in found.items()}
    return {**plain, "name": plain["display_name"]}


@pytest.mark.parametrize("project", ["Payments", 'It\'s ${all} "%{x}" & $HOME 物流'])
@pytest.mark.parametrize("rights", ["none", "read"])
def test_what_a_caller_without_rights_hands_off_lets_the_next_run_finish(make: Make, rights: str, project: str) -> None:
    scene = make(small_fleet(project=project), issuer="azure_devops")
    if rights == "none":
        scene.fleet.user.graph_rights = "none"
    else:
        scene.simulator.fault(method="POST", path="federatedIdentityCredentials", times=1, status=403, body=DENIED)
    pair = scene.pair("azure_devops")
    first = scene.run(pair=pair)
    assert first.statuses == {NAME: "needs_person"}, first.result
    assert scene.pairs == []
    hand_off = first.rows[0]["hand_off"]
    commands = hand_off["commands"]
    wanted = {"name": our_name(scene.connection.id, *pair), "issuer": pair[0], "subject": pair[1]}
    for read, text in ((from_az, "az"), (from_graph, "graph"), (from_terraform, "terraform")):
        found = read(commands[text])
        assert {key: found[key] for key in wanted} == wanted
        assert found["audiences"] == ["api://AzureADTokenExchange"]
    # Its owner does what stands there, word for word.
    line, body = commands["graph"].split("\n", 1)
    method, url = line.split(" ", 1)
    owner = scene.fleet.caller("Owner")
    done = requests.request(
        method,
        url.replace("https://graph.microsoft.com", scene.simulator.graph_url),
        data=body.encode(),
        headers={
            "Authorization": f"Bearer {scene.simulator.token(owner, 'https://graph.microsoft.com')}",
            "Content-Type": "application/json",
        },
        timeout=30,
    )
    assert done.status_code == 201, done.text
    scene.simulator.forget()
    assert scene.run(pair=pair).statuses == {NAME: "converted"}
    assert scene.credential_writes == []


def test_the_hand_off_for_a_managed_identity_is_not_about_an_application(make: Make) -> None:
    """The connection says what it has, also to somebody who can look at nothing: an application of that id does not exist."""
    scene = make(managed_fleet())
    scene.signed_in = {}
    hand_off = scene.run(pair=scene.pair()).rows[0]["hand_off"]
    assert "az ad app" not in hand_off["commands"]["az"]
    assert "the application" not in hand_off["what_to_do"]


def test_the_text_for_a_managed_identity_that_may_not_be_written(make: Make) -> None:
    scene = make(managed_fleet())
    scene.simulator.fault(method="PUT", path="federatedIdentityCredentials", times=0, status=403, body=DENIED)
    row = scene.run(pair=scene.pair()).rows[0]
    assert (row["status"], scene.conversions) == ("needs_person", 0)
    words = shlex.split(row["hand_off"]["commands"]["az"])
    given = dict(itertools.pairwise(words))
    assert given["--identity-name"] == "id-payments"
    assert (given["--issuer"], given["--subject"]) == scene.pair()
    assert isinstance(scene.identity, ManagedIdentity)
    assert row["hand_off"]["resource_id"] == scene.identity.resource_id


@pytest.mark.parametrize("given", [None, "api://AzureADTokenExchangeChina"])
def test_the_audience_of_a_cloud_where_nobody_knows_it_is_asked_for(make: Make, given: str | None) -> None:
    scene = make(small_fleet(environment="AzureChinaCloud"), issuer="azure_devops")
    scene.simulator.fault(method="POST", path="federatedIdentityCredentials", times=0, status=403, body=DENIED)
    row = scene.run(pair=scene.pair("azure_devops"), federated_credential={"audience": given}).rows[0]
    assert (row["status"], scene.conversions) == ("needs_person", 0)
    found = from_graph(row["hand_off"]["commands"]["graph"])["audiences"]
    assert found == [given or "AUDIENCE-OF-THIS-CLOUD"]
    assert len(scene.credential_writes) == (1 if given else 0)


def lose_credential_at_conversion(scene: Scene) -> None:
    def observe(record: Recorded, moment: str) -> None:
        if record.method == "PUT" and "operation" in record.query and moment == "applied":
            scene.identity.credentials.clear()

    scene.simulator.observe(observe)


def test_a_credential_that_is_gone_when_it_was_moved_is_made_again(make: Make) -> None:
    scene = make()
    lose_credential_at_conversion(scene)
    assert scene.run(pair=scene.pair()).statuses == {NAME: "converted"}
    assert scene.pairs == [scene.pair()]


def test_a_credential_that_is_gone_and_may_not_be_made_is_an_urgent_failure(make: Make) -> None:
    scene = make()
    scene.federate(scene.pair())
    lose_credential_at_conversion(scene)
    task = scene.run(pair=scene.pair(), federated_credential={"mode": "require"})
    row = task.rows[0]
    assert (row["status"], row["after"]["scheme"]) == ("failed", "workload_identity_federation")
    assert row["hand_off"]["urgent"]
    assert "cannot sign in until" in row["error"]["remedy"]
    assert (scene.credential_writes, scene.conversions) == ([], 1)


# -- no room -------------------------------------------------------------------------------------------------------------
def fill(scene: Scene) -> None:
    for number in range(20 - len(scene.identity.credentials)):
        scene.federate(("https://token.actions.githubusercontent.com", f"repo:contoso/{number}"), f"other-{number}")


def test_twenty_credentials_leave_no_room_and_nothing_is_tried(make: Make) -> None:
    scene = make()
    fill(scene)
    task = scene.run(pair=scene.pair())
    row = task.rows[0]
    assert row["status"] in ("needs_person", "skipped")
    assert "federated_credential_limit" in task.codes(NAME) or "20 federated credentials" in row["hand_off"]["why"]
    assert scene.simulator.writes == []
    assert task.statuses[NAME] == scene.run(pair=scene.pair(), check=True).statuses[NAME].replace(
        "would_wait", "needs_person"
    )


def test_the_twenty_first_that_was_too_late_is_handed_off(make: Make) -> None:
    scene = make()
    full = {"error": {"code": "Directory_QuotaExceeded", "message": "The application already has 20."}}
    scene.simulator.fault(method="POST", path="federatedIdentityCredentials", times=0, status=403, body=full)
    task = scene.run(pair=scene.pair())
    assert task.statuses == {NAME: "needs_person"}
    assert scene.conversions == 0
    assert "already has 20" in task.rows[0]["hand_off"]["why"]


def test_one_of_the_twenty_is_the_right_one(make: Make) -> None:
    scene = make()
    scene.federate(scene.pair())
    fill(scene)
    assert scene.run(pair=scene.pair()).statuses == {NAME: "converted"}
    assert scene.credential_writes == []


# -- left alone ----------------------------------------------------------------------------------------------------------
def test_without_federated_credential_a_named_one_is_left_alone(make: Make) -> None:
    scene = make()
    task = convert(scene.simulator, **scene.signed_in, connections=[NAME])
    assert task.statuses == {NAME: "skipped"}
    assert task.codes(NAME)[0] == "manual_needs_federated_credential"
    assert scene.simulator.writes == []


def test_without_a_name_it_is_not_even_selected(make: Make) -> None:
    scene = make()
    task = scene.run(connections=None)
    assert task.statuses == {"automatic": "converted"}
    assert scene.scheme == "ServicePrincipal"
    assert scene.credential_writes == []


def test_a_pair_for_what_is_not_selected_is_refused(make: Make) -> None:
    """It would do nothing, and whoever gave it believes that it does."""
    scene = make()
    task = scene.run(connections=None, pair=scene.pair())
    assert task.failed
    assert (
        f"federated_credential.pairs names {NAME!r} in 'Payments', which is not among the selected"
        in task.result["msg"]
    )
    assert scene.simulator.writes == []


def test_a_pair_of_what_was_migrated_is_no_mistake_later(make: Make) -> None:
    """The same options again find nothing left to do."""
    scene = make()
    scene.run(pair=scene.pair())
    assert scene.scheme == "WorkloadIdentityFederation"
    task = scene.run(connections=None, pair=scene.pair())
    assert not task.failed, task.result["msg"]


def test_an_automatic_one_gets_no_credential_from_here(make: Make) -> None:
    scene = make()
    task = scene.run(connections=["automatic"])
    assert task.statuses == {"automatic": "converted"}
    assert scene.credential_writes == []


# -- what is foretold ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "prepare",
    [
        {"pair": True},
        {"pair": True, "federated": True},
        {"federated": True},
        {"pair": True, "pat": True},
        {"probe": True},
        {"shown": True},
    ],
    ids=str,
)
def test_check_mode_writes_nothing_and_says_that_it_would_be_attempted(make: Make, prepare: Options) -> None:
    scene = make(pair_in_answer=prepare.get("shown", False))
    if prepare.get("federated"):
        scene.federate(scene.pair())
    if prepare.get("pat"):
        scene.signed_in = {}
    pair = scene.pair() if prepare.get("pair") else None
    task = scene.run(check=True, pair=pair, federated_credential={"probe": prepare.get("probe", False)})
    assert task.statuses == {NAME: "would_attempt"}
    assert task.result["changed"]
    assert scene.simulator.writes == []


@pytest.mark.parametrize(
    "case", ["nobody knows the pair", "required and missing", "nobody knows it and nobody can look"]
)
def test_check_mode_foretells_the_wait_of_the_run(make: Make, case: str) -> None:
    """Everything that decides was read: the run sends no request, so check mode must not announce a change."""
    scene = make()
    options: Options = {}
    if case == "required and missing":
        options = {"pair": scene.pair(), "federated_credential": {"mode": "require"}}
    if case == "nobody knows it and nobody can look":
        scene.signed_in = {}
    foretold, done = scene.run(check=True, **options), scene.run(**options)
    assert scene.simulator.writes == []
    assert done.statuses == {NAME: "needs_person"}
    assert (foretold.statuses, foretold.result["changed"]) == ({NAME: "would_need_person"}, done.result["changed"])


# -- what changed since the lists were read ------------------------------------------------------------------------------
CLIENT = "5a1d2c3b-0000-4000-8000-000000000077"


def other_application(scene: Scene) -> None:
    scene.fleet.application(CLIENT, "newer")
    scene.connection.parameters["serviceprincipalid"] = CLIENT


def converted(scene: Scene) -> None:
    scene.connection.scheme = "WorkloadIdentityFederation"
    federation.put_pair(scene.connection, scene.pair(), "entra")


def disabled(scene: Scene) -> None:
    scene.connection.disabled = True


def removed(scene: Scene) -> None:
    scene.simulator.world.remove_connection(scene.connection)


@pytest.mark.parametrize("change", [other_application, converted, disabled, removed])
def test_no_credential_is_written_for_what_the_lists_said_a_while_ago(
    make: Make, change: t.Callable[[Scene], None]
) -> None:
    """In a long run hours may lie between the lists and a connection's turn."""
    scene = make()
    pair = scene.pair()
    before = list(scene.pairs)
    turns = iter([change])
    scene.run(
        pair=pair,
        connections=["automatic", NAME],
        concurrency=1,
        progress=lambda line: next(turns, lambda scene: None)(scene),
    )
    assert scene.pairs == before, "a credential was written to the application that the list named"
