# Copyright: (c) 2026, azdo.connections contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who signs in, for what AWX, Kubernetes, Azure Pipelines, a machine in Azure and a laptop set, alone and in every combination.

Every sign-in is a real one: by azure-identity, in the process environment of the place, until Azure DevOps in the simulator has a caller.
Each credential belongs to somebody else, so the caller tells which one was taken. What is expected comes from ``documented``, which was
written from the documentation of the options and shares nothing with the collection. Of the combinations with tokens, of those of identities,
and of those beside a way to sign in that the environment names, one in nine is run, and beside what a task brings one in three; `make test-all` runs them all.
"""

from __future__ import annotations

import base64
import datetime as dt
import itertools
import json
import os
import re
import time
import typing as t
from dataclasses import dataclass, field
from pathlib import Path
from unittest import mock

import pytest
from ansible_collections.azdo.connections.plugins.module_utils._sign_in import tokens as tokens_file
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from urllib3.util import connection as urllib3_connection

from simulator import Fleet, Simulator
from tools.sampling import sample
from unit.plugins._helpers.tasks import Task, info

ENTRA = "login.microsoftonline.com"
TENANT_OF_AWX = "aaaaaaaa-0000-4000-8000-00000000000a"
# Values in braces are known only while the simulator runs (see Rig.run); the oracle compares them as they stand here.

PAT_OF_CUSTOM_CREDENTIAL = "pat-of-the-custom-credential"
PAT_OF_AZ_DEVOPS = "pat-of-az-devops"
SECRET_OF_AWX = "client-secret-of-awx"
SECRET_OF_LAPTOP = "client-secret-of-the-laptop"
PLANTED = (PAT_OF_CUSTOM_CREDENTIAL, PAT_OF_AZ_DEVOPS, SECRET_OF_AWX, SECRET_OF_LAPTOP)


@dataclass(frozen=True)
class Application:
    """An application in Entra, with the one proof of identity that it knows."""

    name: str
    client_id: str
    proof: str
    tenant: str = "{tenant}"


# AWX's is in a tenant of its own, so that a mixture of AZURE_TENANT and AZURE_TENANT_ID shows.
OF_AWX = Application("app of AWX", "aaaaaaaa-1111-4111-8111-111111111111", SECRET_OF_AWX, TENANT_OF_AWX)
OF_POD = Application("app of the pod", "aaaaaaaa-2222-4222-8222-222222222222", "{folder}/pod-token")
OF_PIPELINE = Application("app of the pipeline", "aaaaaaaa-3333-4333-8333-333333333333", "{folder}/pipeline-token")
OF_LAPTOP = Application("app of the laptop", "aaaaaaaa-4444-4444-8444-444444444444", SECRET_OF_LAPTOP)
OF_CERTIFICATE = Application("app of the certificate", "aaaaaaaa-5555-4555-8555-555555555555", "{folder}/app.pem")
APPLICATIONS = {app.client_id: app for app in (OF_AWX, OF_POD, OF_PIPELINE, OF_LAPTOP, OF_CERTIFICATE)}

PERSON_OF_CUSTOM_CREDENTIAL = "person of the custom credential"
PERSON_OF_AZ_DEVOPS = "person of az devops"
PERSON_OF_AZ_LOGIN = "person of az login"
BUILD_SERVICE = "build service"
HOLDER = "holder of a bearer token"
SERVICE_CONNECTION = "service connection of the AzureCLI task"
SYSTEM_ASSIGNED = "system-assigned identity"
USER_ASSIGNED = "user-assigned identity"

# Nobody signs in, and the task says why.
NOBODY = "none worked"
WRONG_APPLICATION = "AADSTS700016"
WRONG_SECRET = "AADSTS7000215"
WRONG_CERTIFICATE = "AADSTS700027"
WRONG_TOKEN_FILE = "AADSTS7002[15]"
REFUSALS = {NOBODY, WRONG_APPLICATION, WRONG_SECRET, WRONG_CERTIFICATE, WRONG_TOKEN_FILE}


@dataclass(frozen=True)
class Place:
    """Where a task runs: the environment variables, the identities that Azure gave the machine, and who is signed in to its Azure CLI."""

    where: str
    variables: dict[str, str] = field(default_factory=dict)
    machine: frozenset[str] = frozenset()
    cli: str = ""

    def then(self, other: Place) -> Place:
        """This one, with what ``other`` sets over it."""
        return Place(
            " + ".join(filter(None, (self.where, other.where))),
            {**self.variables, **other.variables},
            self.machine | other.machine,
            other.cli or self.cli,
        )

    def with_variables(self, **variables: str) -> Place:
        return Place(self.where, {**self.variables, **variables}, self.machine, self.cli)


NOWHERE = Place("")

# AWX's injector sets all five, blank where the credential has nothing; it knows AZURE_TENANT and AZURE_SECRET only.
AWX = Place(
    "AWX",
    {
        "AZURE_CLIENT_ID": OF_AWX.client_id,
        "AZURE_SECRET": SECRET_OF_AWX,
        "AZURE_TENANT": OF_AWX.tenant,
        "AZURE_SUBSCRIPTION_ID": "aaaaaaaa-0000-4000-8000-000000000001",
        "AZURE_CLOUD_ENVIRONMENT": "AzureCloud",
    },
)
CUSTOM_CREDENTIAL = Place(
    "custom credential",
    {"AZDO_PERSONAL_ACCESS_TOKEN": PAT_OF_CUSTOM_CREDENTIAL, "AZDO_ORG_SERVICE_URL": "{site}/Contoso"},
)
# The webhook of workload identity sets these four.
AKS = Place(
    "AKS",
    {
        "AZURE_CLIENT_ID": OF_POD.client_id,
        "AZURE_TENANT_ID": "{tenant}",
        "AZURE_FEDERATED_TOKEN_FILE": OF_POD.proof,
        "AZURE_AUTHORITY_HOST": f"https://{ENTRA}/",
    },
)
PIPELINE = Place(
    "pipeline",
    {"SYSTEM_ACCESSTOKEN": "{build_service_token}", "SYSTEM_COLLECTIONURI": "{site}/contoso/", "TF_BUILD": "True"},
)
# A step that does not map System.AccessToken into its environment.
PIPELINE_WITHOUT_TOKEN = Place("pipeline without its token", {"SYSTEM_COLLECTIONURI": "{site}/contoso/"})
# With addSpnToEnvironment; none of the names is ours, but az is signed in.
AZURE_CLI_TASK = Place(
    "AzureCLI task",
    {
        "servicePrincipalId": OF_LAPTOP.client_id,
        "servicePrincipalKey": SECRET_OF_LAPTOP,
        "tenantId": "{tenant}",
        "AZURE_CONFIG_DIR": "{folder}/.azclitask",
        "AZURE_HTTP_USER_AGENT": "VSTS_0",
    },
    cli=SERVICE_CONNECTION,
)
# What a script makes of the task's idToken, as Terraform and the SDKs want it.
FEDERATED_CONNECTION = Place(
    "federated service connection",
    {
        "AZURE_CLIENT_ID": OF_PIPELINE.client_id,
        "AZURE_TENANT_ID": "{tenant}",
        "AZURE_FEDERATED_TOKEN_FILE": OF_PIPELINE.proof,
        "AZURESUBSCRIPTION_CLIENT_ID": OF_PIPELINE.client_id,
        "AZURESUBSCRIPTION_TENANT_ID": "{tenant}",
        "SYSTEM_OIDCREQUESTURI": "{site}/contoso/oidctoken",
    },
)
VM = Place("VM", machine=frozenset({SYSTEM_ASSIGNED}))
VM_WITH_CLIENT_ID = Place("VM with a client id", {"AZURE_CLIENT_ID": "{assigned}"}, machine=frozenset({USER_ASSIGNED}))
APP_SERVICE = Place(
    "App Service",
    {"IDENTITY_ENDPOINT": "{site}/MSI/oauth2/token", "IDENTITY_HEADER": "header-of-app-service"},
    machine=frozenset({SYSTEM_ASSIGNED}),
)
AZ_DEVOPS = Place("az devops", {"AZURE_DEVOPS_EXT_PAT": PAT_OF_AZ_DEVOPS})
BEARER = Place("bearer token", {"AZDO_ACCESS_TOKEN": "{bearer_token}"})
CLIENT_SECRET = Place(
    "client secret",
    {
        "AZURE_CLIENT_ID": OF_LAPTOP.client_id,
        "AZURE_CLIENT_SECRET": SECRET_OF_LAPTOP,
        "AZURE_TENANT_ID": "{tenant}",
    },
)
CERTIFICATE = Place(
    "certificate",
    {
        "AZURE_CLIENT_ID": OF_CERTIFICATE.client_id,
        "AZURE_CLIENT_CERTIFICATE_PATH": OF_CERTIFICATE.proof,
        "AZURE_TENANT_ID": "{tenant}",
    },
)
AZ_LOGIN = Place("az login", cli=PERSON_OF_AZ_LOGIN)

# The documented identity of each place, by hand. The oracle is held against this list, too.
PLACES: list[tuple[Place, str]] = [
    (AWX, OF_AWX.name),
    (AWX.then(CUSTOM_CREDENTIAL), PERSON_OF_CUSTOM_CREDENTIAL),
    (CUSTOM_CREDENTIAL, PERSON_OF_CUSTOM_CREDENTIAL),
    (Place("AWX, secret left blank", {**AWX.variables, "AZURE_SECRET": ""}), NOBODY),
    (Place("AWX, user and password", {"AZURE_AD_USER": "ada", "AZURE_PASSWORD": "password-of-ada"}), NOBODY),
    (VM.then(AWX), OF_AWX.name),
    (AKS, OF_POD.name),
    (VM.then(AKS), OF_POD.name),
    (AKS.then(CUSTOM_CREDENTIAL), PERSON_OF_CUSTOM_CREDENTIAL),
    (PIPELINE, BUILD_SERVICE),
    (PIPELINE_WITHOUT_TOKEN, NOBODY),
    (PIPELINE.then(AZURE_CLI_TASK), BUILD_SERVICE),
    (PIPELINE_WITHOUT_TOKEN.then(AZURE_CLI_TASK), SERVICE_CONNECTION),
    (PIPELINE.then(FEDERATED_CONNECTION), BUILD_SERVICE),
    (PIPELINE_WITHOUT_TOKEN.then(FEDERATED_CONNECTION), OF_PIPELINE.name),
    (PIPELINE_WITHOUT_TOKEN.then(AZURE_CLI_TASK).then(FEDERATED_CONNECTION), OF_PIPELINE.name),
    (PIPELINE.then(AZ_DEVOPS), PERSON_OF_AZ_DEVOPS),
    (VM.then(PIPELINE), BUILD_SERVICE),
    (VM.then(PIPELINE_WITHOUT_TOKEN), SYSTEM_ASSIGNED),
    (VM, SYSTEM_ASSIGNED),
    (VM_WITH_CLIENT_ID, USER_ASSIGNED),
    (VM.then(VM_WITH_CLIENT_ID), USER_ASSIGNED),
    (VM.then(AZ_LOGIN), SYSTEM_ASSIGNED),
    (APP_SERVICE, SYSTEM_ASSIGNED),
    (APP_SERVICE.then(VM_WITH_CLIENT_ID), USER_ASSIGNED),
    (Place("bare laptop"), NOBODY),
    (AZ_LOGIN, PERSON_OF_AZ_LOGIN),
    (AZ_DEVOPS, PERSON_OF_AZ_DEVOPS),
    (AZ_DEVOPS.then(CUSTOM_CREDENTIAL), PERSON_OF_CUSTOM_CREDENTIAL),
    (BEARER, HOLDER),
    (PIPELINE.then(BEARER), HOLDER),
    (CLIENT_SECRET, OF_LAPTOP.name),
    (CERTIFICATE, OF_CERTIFICATE.name),
    (AZ_LOGIN.then(CLIENT_SECRET), OF_LAPTOP.name),
    (AZ_LOGIN.then(CERTIFICATE).then(AZ_DEVOPS), PERSON_OF_AZ_DEVOPS),
    (AKS.then(CLIENT_SECRET), OF_LAPTOP.name),
    (AKS.then(CERTIFICATE), OF_CERTIFICATE.name),
    # A secret is taken with whatever client id there is, and what Entra says of it is told: nothing else is tried.
    (CLIENT_SECRET.then(AKS), WRONG_SECRET),
    (AWX.then(AKS), WRONG_APPLICATION),
]

TOKENS = [CUSTOM_CREDENTIAL, AZ_DEVOPS, BEARER, PIPELINE]
IDENTITIES = [AWX, AKS, FEDERATED_CONNECTION, CLIENT_SECRET, CERTIFICATE, VM, VM_WITH_CLIENT_ID, AZ_LOGIN]


# -- the oracle --------------------------------------------------------------------------------------------------------
OWNERS = {
    PAT_OF_CUSTOM_CREDENTIAL: PERSON_OF_CUSTOM_CREDENTIAL,
    PAT_OF_AZ_DEVOPS: PERSON_OF_AZ_DEVOPS,
    "{bearer_token}": HOLDER,
    "{build_service_token}": BUILD_SERVICE,
}


def first(place: Place, *names: str) -> str:
    return next((place.variables[name] for name in names if place.variables.get(name)), "")


def by_personal_access_token(place: Place) -> str:
    return OWNERS.get(first(place, "AZDO_PERSONAL_ACCESS_TOKEN", "AZURE_DEVOPS_EXT_PAT"), "")


def by_access_token(place: Place) -> str:
    return OWNERS.get(first(place, "AZDO_ACCESS_TOKEN", "SYSTEM_ACCESSTOKEN"), "")


def proven(client_id: str, tenant: str, proof: str, refusal: str) -> str:
    """What Entra says of somebody who claims to be this application."""
    app = APPLICATIONS.get(client_id)
    if app is None or app.tenant != tenant:
        return WRONG_APPLICATION
    return app.name if app.proof == proof else refusal


def by_service_principal(place: Place) -> str:
    tenant, client_id = first(place, "AZURE_TENANT", "AZURE_TENANT_ID"), first(place, "AZURE_CLIENT_ID")
    secret = first(place, "AZURE_SECRET", "AZURE_CLIENT_SECRET")
    certificate = first(place, "AZURE_CLIENT_CERTIFICATE_PATH")
    if not (tenant and client_id and (secret or certificate)):
        return ""
    if secret:
        return proven(client_id, tenant, secret, WRONG_SECRET)
    return proven(client_id, tenant, certificate, WRONG_CERTIFICATE)


def by_workload_identity(place: Place) -> str:
    tenant, client_id = first(place, "AZURE_TENANT", "AZURE_TENANT_ID"), first(place, "AZURE_CLIENT_ID")
    token_file = first(place, "AZURE_FEDERATED_TOKEN_FILE")
    return proven(client_id, tenant, token_file, WRONG_TOKEN_FILE) if tenant and client_id and token_file else ""


def by_managed_identity(place: Place) -> str:
    """A client id names a user-assigned identity; none of that name is no sign-in, never the system-assigned one."""
    client_id = first(place, "AZURE_CLIENT_ID")
    wanted = {"": SYSTEM_ASSIGNED, "{assigned}": USER_ASSIGNED}.get(client_id, "")
    return wanted if wanted in place.machine else ""


def by_azure_cli(place: Place) -> str:
    return place.cli


def by_default_chain(place: Place) -> str:
    return by_managed_identity(place) or by_azure_cli(place)


# The order of auth_source's documentation.
ORDER: list[t.Callable[[Place], str]] = [
    by_personal_access_token,
    by_access_token,
    by_service_principal,
    by_workload_identity,
    by_default_chain,
]


def documented(place: Place) -> str:
    """Who signs in there, or a regular expression for what the task says if nobody does."""
    return next(filter(None, (way(place) for way in ORDER)), NOBODY)


# -- the world ---------------------------------------------------------------------------------------------------------
class Rig:
    """A simulator with everybody in it, which the process reaches by the names of the real services, and nothing else."""

    def __init__(self, simulator: Simulator, folder: Path) -> None:
        self.simulator = simulator
        self.folder = folder
        self.hosts: list[str] = []
        """Hosts of Microsoft Entra that were asked."""
        self._connect = urllib3_connection.create_connection
        self._certificate = write_certificate(folder / "app.pem")
        for name in ("pod", "pipeline"):
            (folder / f"{name}-token").write_text(foreign_token(name), encoding="utf-8")
        # Reads the answer with what the shell has built in: there is nothing else on PATH.
        az = folder / "bin" / "az"
        az.parent.mkdir()
        az.write_text('#!/bin/sh\nread -r answer < "$0.json" && echo "$answer"\n', encoding="utf-8")
        az.chmod(0o755)

    def connect(self, address: tuple[str, int], *more: t.Any, **named: t.Any) -> t.Any:
        """In the place of urllib3's: Microsoft Entra is the simulator, and no request leaves this machine."""
        here = ("127.0.0.1", int(self.simulator.base_url.rpartition(":")[2]))
        if address != here:
            assert (address[0].partition(".")[0], address[1]) == ("login", 443), f"a request to {address}"
            self.hosts.append(address[0])
        return self._connect(here, *more, **named)

    def _people(self, machine: frozenset[str]) -> tuple[Fleet, dict[str, t.Any]]:
        fleet = Fleet()
        people = {
            PERSON_OF_CUSTOM_CREDENTIAL: fleet.caller(PERSON_OF_CUSTOM_CREDENTIAL, pat=PAT_OF_CUSTOM_CREDENTIAL),
            PERSON_OF_AZ_DEVOPS: fleet.caller(PERSON_OF_AZ_DEVOPS, pat=PAT_OF_AZ_DEVOPS),
        }
        for name in (PERSON_OF_AZ_LOGIN, BUILD_SERVICE, HOLDER, SERVICE_CONNECTION):
            people[name] = fleet.caller(name)
        fleet.application(OF_AWX.client_id, OF_AWX.name, tenant_id=OF_AWX.tenant)
        proofs: list[tuple[Application, dict[str, t.Any]]] = [
            (OF_AWX, {"secret": OF_AWX.proof}),
            (OF_LAPTOP, {"secret": OF_LAPTOP.proof}),
            (OF_CERTIFICATE, {"certificate_pem": self._certificate}),
            (OF_POD, {"federated": ("https://pod.example", "pod")}),
            (OF_PIPELINE, {"federated": ("https://pipeline.example", "pipeline")}),
        ]
        for app, proof in proofs:
            fleet.service_principal(app.name, client_id=app.client_id, **proof)
        for name in sorted(machine):
            fleet.agent_identity(name)
        if SYSTEM_ASSIGNED not in machine:
            fleet.world.default_managed_identity = None
        return fleet, people

    def run(self, place: Place, **options: t.Any) -> Task:
        """A task there. The process has the variables of the place and no others, because azure-identity reads them itself."""
        fleet, people = self._people(place.machine)
        self.simulator.reset(fleet)
        del self.hosts[:]
        values = {
            "site": self.simulator.base_url,
            "folder": str(self.folder),
            "tenant": fleet.tenant_id,
            "assigned": fleet.managed_identity(USER_ASSIGNED).client_id,
            "build_service_token": self.simulator.token(people[BUILD_SERVICE]),
            "bearer_token": self.simulator.token(people[HOLDER]),
        }
        if place.cli:
            answer = {"accessToken": self.simulator.token(people[place.cli]), "expires_on": int(time.time()) + 3600}
            (self.folder / "bin" / "az.json").write_text(json.dumps(answer) + "\n", encoding="utf-8")
        environ = {
            **{name: value.format_map(values) for name, value in place.variables.items()},
            "HOME": str(self.folder),
            "PATH": str(self.folder / ("bin" if place.cli else "nothing")),
            "REQUESTS_CA_BUNDLE": str(self.simulator.ca_path),
            # Every machine asks the simulator for its identity; one without an identity is told so at once.
            "AZURE_POD_IDENTITY_AUTHORITY_HOST": self.simulator.base_url,
        }
        # An address in the environment is used, too; without one, the task has to bring it.
        if environ.get("AZDO_ORG_SERVICE_URL") or environ.get("SYSTEM_COLLECTIONURI"):
            options["organization_url"] = ""
        options = {
            name: value.format_map(values) if isinstance(value, str) else value for name, value in options.items()
        }
        tokens_file._TOKENS.clear()
        with (
            mock.patch.dict(os.environ, environ, clear=True),
            mock.patch.object(urllib3_connection, "create_connection", self.connect),
        ):
            # Of no project, because one question is enough to be seen.
            return info(self.simulator, environ=dict(os.environ), projects=[], **options)

    def fault(self, place: Place, expected: str, **options: t.Any) -> str:
        """What differs from the expected identity or refusal, or nothing."""
        task = self.run(place, **options)
        message = str(task.result.get("msg", ""))
        asked = [record for record in self.simulator.requests if record.path.lower().startswith("/contoso/")]
        callers = {record.caller for record in asked}
        leaked = [secret for secret in PLANTED if secret in str(task.result)]
        if leaked:
            return f"{place.where}: {leaked} in the result"
        if is_refusal(expected):
            if task.failed and not asked and re.search(expected, message):
                return ""
        elif not task.failed and callers == {expected}:
            return ""
        return f"{place.where}: documented is {expected!r}, seen was {callers or '{}'} {message[:200]}"


def is_refusal(expected: str) -> bool:
    return expected in REFUSALS or expected in UNABLE.values()


def foreign_token(name: str) -> str:
    """A token of another issuer. The simulator does not check its signature."""
    claims = {"iss": f"https://{name}.example", "sub": name, "aud": "api://AzureADTokenExchange"}
    parts = ({"alg": "RS256"}, {**claims, "exp": time.time() + 3600})
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*encoded, "c2ln"])


def write_certificate(path: Path) -> str:
    """Write a key and its certificate; the public part is returned."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "app")])
    now = dt.datetime.now(dt.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + public)
    return public.decode()


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Rig]:
    with Simulator(tls=True) as simulator:
        yield Rig(simulator, tmp_path_factory.mktemp("places"))


def overlap(*places: Place) -> Place:
    """All of them at once; where two set the same variable, the later one has the last word."""
    found = NOWHERE
    for place in places:
        found = found.then(place)
    return found


def subsets(places: t.Sequence[Place]) -> t.Iterator[tuple[Place, ...]]:
    sizes = range(len(places) + 1)
    return itertools.chain.from_iterable(itertools.combinations(places, size) for size in sizes)


def label(place: Place) -> str:
    return place.where.replace(" + ", "+").replace(" ", "-") or "nothing"


TOKEN_SETS = [item for item in subsets(TOKENS) if item]


# -- the matrix --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("place", "identity"), PLACES, ids=[label(place) for place, identity in PLACES])
def test_who_signs_in(rig: Rig, place: Place, identity: str) -> None:
    assert documented(place) == identity
    assert rig.fault(place, identity) == ""


@pytest.mark.parametrize("tokens", TOKEN_SETS, ids=lambda item: label(overlap(*item)))
def test_every_combination_with_tokens(rig: Rig, tokens: tuple[Place, ...]) -> None:
    places = [overlap(*others, *tokens) for others in sample(subsets(IDENTITIES), 9, TOKEN_SETS.index(tokens))]
    faults = [rig.fault(place, documented(place)) for place in places]
    assert [fault for fault in faults if fault] == []


@pytest.mark.parametrize("last", IDENTITIES, ids=label)
def test_every_combination_of_identities(rig: Rig, last: Place) -> None:
    """Several of them name a client id, and each of them is once the one that is left."""
    others = [place for place in IDENTITIES if place is not last]
    places = [overlap(*item, last) for item in sample(subsets(others), 9, IDENTITIES.index(last))]
    faults = [rig.fault(place, documented(place)) for place in places]
    assert [fault for fault in faults if fault] == []


# -- a way to sign in that the environment names -----------------------------------------------------------------------
WAYS: dict[str, t.Callable[[Place], str]] = {
    "personal_access_token": by_personal_access_token,
    "access_token": by_access_token,
    "service_principal": by_service_principal,
    "workload_identity": by_workload_identity,
    "managed_identity": by_managed_identity,
    "azure_cli": by_azure_cli,
}
# What the task says where that way is impossible.
UNABLE = {
    "personal_access_token": "auth_source is personal_access_token, but personal_access_token is not set",
    "access_token": "auth_source is access_token, but access_token is not set",
    "service_principal": "auth_source is service_principal, but",
    "workload_identity": "auth_source is workload_identity, but|by workload identity failed",
    "managed_identity": "by managed identity failed",
    "azure_cli": "by azure cli failed",
}
UP_TO_TWO = [item for item in subsets([*TOKENS, *IDENTITIES]) if len(item) <= 2]


@pytest.mark.parametrize("source", WAYS)
def test_a_source_in_the_environment_is_the_only_one(rig: Rig, source: str) -> None:
    """Whatever else is set, and if it is impossible nothing else is tried."""
    faults = []
    for item in sample(UP_TO_TWO, 9, list(WAYS).index(source)):
        place = overlap(*item).with_variables(AZDO_AUTH_SOURCE=source)
        way = WAYS[source]
        if source == "managed_identity" and {"AZURE_FEDERATED_TOKEN_FILE", "AZURE_AUTHORITY_HOST"} <= {
            *place.variables
        }:
            # In a pod, azure-identity's managed identity is the pod's workload identity, of the tenant in AZURE_TENANT_ID.
            tenant = place.variables["AZURE_TENANT_ID"]
            place_in_pod = place.with_variables(AZURE_TENANT=tenant)
            faults.append(rig.fault(place, by_workload_identity(place_in_pod)))
            continue
        faults.append(rig.fault(place, way(place) or UNABLE[source]))
    assert [fault for fault in faults if fault] == []


# -- options of the task -----------------------------------------------------------------------------------------------
OWN: list[tuple[dict[str, str], str]] = [
    ({"personal_access_token": PAT_OF_AZ_DEVOPS}, PERSON_OF_AZ_DEVOPS),
    ({"access_token": "{bearer_token}"}, HOLDER),
    ({"tenant": "{tenant}", "client_id": OF_LAPTOP.client_id, "secret": OF_LAPTOP.proof}, OF_LAPTOP.name),
    (
        {"tenant": "{tenant}", "client_id": OF_CERTIFICATE.client_id, "x509_certificate_path": OF_CERTIFICATE.proof},
        OF_CERTIFICATE.name,
    ),
]


@pytest.mark.parametrize("source", ["", "azure_cli"])
@pytest.mark.parametrize(("own", "identity"), OWN, ids=[identity.replace(" ", "-") for own, identity in OWN])
def test_what_the_task_brings_beats_every_environment(
    rig: Rig, own: dict[str, str], identity: str, source: str
) -> None:
    places = [overlap(*TOKENS, *IDENTITIES), NOWHERE, *sample([*TOKENS, *IDENTITIES], 3, len(source))]
    faults = [rig.fault(place.with_variables(AZDO_AUTH_SOURCE=source), identity, **own) for place in places]
    assert [fault for fault in faults if fault] == []


# -- what is not who ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("place", "organization"),
    [
        (CUSTOM_CREDENTIAL, "Contoso"),
        (PIPELINE, "contoso"),
        (PIPELINE.then(CUSTOM_CREDENTIAL), "Contoso"),
        (CUSTOM_CREDENTIAL.then(PIPELINE), "Contoso"),
    ],
    ids=["custom", "pipeline", "pipeline-then-custom", "custom-then-pipeline"],
)
def test_which_organization(rig: Rig, place: Place, organization: str) -> None:
    """The simulator takes the name in any case, so the two variables can be told apart."""
    assert not rig.run(place).failed
    assert {record.path.split("/")[1] for record in rig.simulator.requests} == {organization}


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
@pytest.mark.parametrize(
    ("place", "identity", "host"),
    [
        (AWX, OF_AWX.name, ENTRA),
        (AWX.with_variables(AZURE_CLOUD_ENVIRONMENT=""), OF_AWX.name, ENTRA),
        (
            AWX.with_variables(AZURE_CLOUD_ENVIRONMENT="AzureUSGovernment"),
            OF_AWX.name,
            "login.microsoftonline.us",
        ),
        (AKS, OF_POD.name, ENTRA),
        (
            AKS.with_variables(AZURE_AUTHORITY_HOST="https://login.chinacloudapi.cn/"),
            OF_POD.name,
            "login.chinacloudapi.cn",
        ),
        (FEDERATED_CONNECTION, OF_PIPELINE.name, ENTRA),
    ],
    ids=["awx", "awx-blank", "awx-government", "aks", "aks-china", "pipeline"],
)
def test_which_cloud(rig: Rig, place: Place, identity: str, host: str) -> None:
    """Unverified, because the simulator has no certificate for the other clouds."""
    assert rig.fault(place, identity, validate_certs=False) == ""
    assert {*rig.hosts} == {host}


# What a platform sets by itself (IDENTITY_ENDPOINT, IDENTITY_HEADER) nobody passes on, so it is never there without a value.
EVERY_VARIABLE = {
    name for place, identity in PLACES for name in place.variables if not name.startswith("IDENTITY_")
} | {
    "AZDO_AUTH_SOURCE",
    "AZDO_AUTHORITY_URL",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
}


@pytest.mark.parametrize(("place", "identity"), PLACES, ids=[label(place) for place, identity in PLACES])
def test_a_variable_left_blank_is_not_set(rig: Rig, place: Place, identity: str) -> None:
    """As when a pipeline or a compose file passes variables on that nobody set."""
    blank = dict.fromkeys(EVERY_VARIABLE, "")
    assert rig.fault(Place(place.where, {**blank, **place.variables}, place.machine, place.cli), identity) == ""
