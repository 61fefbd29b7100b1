"""The manifests: built by kustomize, valid to the letter, restricted, and in step with the program that they start."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import kubernetes_validate
import pytest
import yaml

from bot.settings import Settings
from confnotes import main
from tests.conftest import ROOT
from tests.deploy.settings import SECRETS, VARIABLES

FOLDER = ROOT / "deploy" / "kubernetes"
OVERLAYS = tuple(sorted(path.name for path in (FOLDER / "overlays").iterdir()))
# The oldest release that is still looked after, and the newest that the schemas know.
RELEASES = ("1.34", kubernetes_validate.latest_version())
FOREIGN = {"FORWARDED_ALLOW_IPS", "AWS_REGION"}  # uvicorn's, the object store's client's
FOREIGN_SECRETS = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
SHARED = {"object-store", "qdrant"}  # overlays whose builds travel by an object store
PART_OF = {"app.kubernetes.io/part-of": "confnotes"}


def kustomize() -> list[str]:
    """Return the command that builds a folder, or skip."""
    if found := shutil.which("kustomize"):
        return [found, "build"]
    if found := shutil.which("kubectl"):
        return [found, "kustomize"]
    pytest.skip("neither kustomize nor kubectl is on this machine")


def built(folder: Path) -> list[dict[str, Any]]:
    """Return what a folder builds to, for the caller alone."""
    return list(yaml.load_all(_written(folder), yaml.CSafeLoader))


@cache
def _written(folder: Path) -> str:
    done = subprocess.run([*kustomize(), str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not done.stderr, "kustomize warns of what it will stop to understand"
    return done.stdout


# By name, overlays of somebody's own, as the README shows them.
OWN = {
    "own notes": "resources: [../replicated]\ncomponents: [../../own-notes]\n",
    "own notes on qdrant": "resources: [../qdrant]\ncomponents: [../../own-notes]\n",
    "shards": "resources: [../replicated]\ncomponents: [../../own-notes, ../../shards]\n",
}


@pytest.fixture(scope="module")
def own_overlays(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the manifests with overlays of somebody's own."""
    copy = tmp_path_factory.mktemp("deploy") / "kubernetes"
    shutil.copytree(FOLDER, copy)
    for name, written in OWN.items():
        (copy / "overlays" / name).mkdir()
        (copy / "overlays" / name / "kustomization.yaml").write_text(written, encoding="utf-8")
    return copy / "overlays"


@pytest.fixture(scope="module", params=[*OVERLAYS, *OWN])
def manifests(request: pytest.FixtureRequest, own_overlays: Path) -> list[dict[str, Any]]:
    """Give the objects of an overlay."""
    return built((own_overlays if request.param in OWN else FOLDER / "overlays") / request.param)


def pods(manifests: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the name and the template of every workload's pod."""
    for one in manifests:
        spec = one.get("spec", {})
        if one["kind"] == "CronJob":
            yield one["metadata"]["name"], spec["jobTemplate"]["spec"]["template"]
        elif "template" in spec:
            yield one["metadata"]["name"], spec["template"]


def containers(manifests: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield every container, the ones that run first included."""
    for _, pod in pods(manifests):
        yield from pod["spec"].get("initContainers", [])
        yield from pod["spec"]["containers"]


def named(manifests: list[dict[str, Any]], kind: str) -> set[str]:
    """Return the names of all objects of a kind."""
    return {one["metadata"]["name"] for one in manifests if one["kind"] == kind}


def settings(manifests: list[dict[str, Any]]) -> dict[str, str]:
    """Return what all containers are told by the ConfigMap that each of them reads."""
    found: dict[str, str] = {}
    for one in manifests:
        if one["kind"] == "ConfigMap":
            found |= {key: value for key, value in one["data"].items() if key.isupper()}
    return found


def selects(selector: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Return whether labels are those that are asked for."""
    return selector.items() <= labels.items()


@pytest.mark.parametrize("release", RELEASES)
def test_every_object_is_valid(manifests: list[dict[str, Any]], release: str) -> None:
    """No unknown field, no wrong type, nothing missing, by the schemas of the oldest and the newest release."""
    for one in manifests:
        _validate(json.dumps(one, sort_keys=True), release)


@cache
def _validate(written: str, release: str) -> None:
    """Check an object once, however many overlays have it."""
    kubernetes_validate.validate(json.loads(written), release, strict=True)


def test_pods_are_restricted(manifests: list[dict[str, Any]]) -> None:
    """Pods satisfy the restricted Pod Security standard, write to volumes only, and hold no token of the cluster."""
    found = list(pods(manifests))
    assert {name for name, _ in found} >= {"confnotes-bot", "confnotes-web", "confnotes-ingest"}
    for _, pod in found:
        spec = pod["spec"]
        context = spec["securityContext"]
        assert context["runAsNonRoot"] is True
        assert (context["runAsUser"], context["runAsGroup"], context["fsGroup"]) == (10001, 10001, 10001)
        assert context["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] is False
        assert spec["enableServiceLinks"] is False
        assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys()
        assert {kind for volume in spec["volumes"] for kind in volume} <= {
            "name",
            "emptyDir",
            "persistentVolumeClaim",
            "configMap",
        }
    for container in containers(manifests):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


def test_resources_are_said(manifests: list[dict[str, Any]]) -> None:
    """Every container asks for CPU and memory and is limited in memory; CPU is not throttled."""
    for container in containers(manifests):
        assert container["resources"]["requests"].keys() == {"cpu", "memory"}
        assert container["resources"]["limits"].keys() == {"memory"}


def test_variables_are_settings(manifests: list[dict[str, Any]]) -> None:
    """What a container is told is a setting that the program reads; secrets come from Secrets, and only secrets do."""
    said = {key for one in manifests if one["kind"] == "ConfigMap" for key in one["data"] if key.isupper()}
    assert said <= VARIABLES | FOREIGN
    assert not said & (SECRETS | FOREIGN_SECRETS)
    for container in containers(manifests):
        for variable in container.get("env", []):
            assert variable["name"] in VARIABLES | FOREIGN | FOREIGN_SECRETS
            # The store is a file, whose path is no secret, or an address with a password in it.
            is_path = variable.get("value", "").startswith(("/", "*"))
            is_secret = variable["name"] in SECRETS | FOREIGN_SECRETS
            assert ("valueFrom" in variable) == (is_secret and not is_path)


def test_secrets_go_where_they_are_used(manifests: list[dict[str, Any]]) -> None:
    """Slack's tokens are the bot's alone, the page's token the page's, and the README names every key."""
    readme = (FOLDER / "README.md").read_text("utf-8")
    for name, pod in pods(manifests):
        held = {
            variable["name"]: variable["valueFrom"]["secretKeyRef"]["key"]
            for container in pod["spec"]["containers"]
            for variable in container.get("env", [])
            if "secretKeyRef" in variable.get("valueFrom", {})
        }
        assert ("SLACK_BOT_TOKEN" in held) == (name == "confnotes-bot")
        assert ("CONFNOTES_WEB_TOKEN" in held) == (name == "confnotes-web")
        assert held.get("AWS_SECRET_ACCESS_KEY") in {
            None,
            "builds-writer-key" if name == "confnotes-ingest" else "builds-reader-key",
        }
        assert all(f"--from-literal={key}=" in readme for key in held.values())


def test_commands_exist(manifests: list[dict[str, Any]]) -> None:
    """Every container runs a command of the program, with options that it has."""
    for container in containers(manifests):
        said = " ".join(container["command"])
        calls = re.findall(r"confnotes ([a-z]+)([^|;&>]*)", said)
        assert calls
        for name, words in calls:
            options = {option for word in main.commands[name].params for option in word.opts}
            assert set(re.findall(r"--[a-z-]+", words)) <= options


def test_pods_mount_what_is_there(manifests: list[dict[str, Any]]) -> None:
    """Volumes, claims, ConfigMaps and accounts that a pod names exist."""
    for _, pod in pods(manifests):
        spec = pod["spec"]
        volumes = {volume["name"]: volume for volume in spec["volumes"]}
        for container in [*spec.get("initContainers", []), *spec["containers"]]:
            assert {mount["name"] for mount in container["volumeMounts"]} <= volumes.keys()
            maps = {one["configMapRef"]["name"] for one in container["envFrom"] if "configMapRef" in one}
            assert maps
            assert maps <= named(manifests, "ConfigMap")
        claimed = {
            one["persistentVolumeClaim"]["claimName"]
            for one in volumes.values()
            if "persistentVolumeClaim" in one
        }
        assert claimed <= named(manifests, "PersistentVolumeClaim")
        assert {one["configMap"]["name"] for one in volumes.values() if "configMap" in one} <= named(
            manifests, "ConfigMap"
        )
        assert spec["serviceAccountName"] in named(manifests, "ServiceAccount")


# By kind, the labels that an object looks for pods with.
SELECTORS = {
    "Service": ("selector",),
    "NetworkPolicy": ("podSelector", "matchLabels"),
    "PodDisruptionBudget": ("selector", "matchLabels"),
    "Deployment": ("selector", "matchLabels"),
}


def test_objects_find_each_other(manifests: list[dict[str, Any]]) -> None:
    """Every selector finds a pod, what is scaled is there, and the address for people leads to a service."""
    labels = [pod["metadata"]["labels"] for _, pod in pods(manifests)]
    for one in manifests:
        if one["kind"] in SELECTORS:
            selector = one["spec"]
            for key in SELECTORS[one["kind"]]:
                selector = selector[key]
            assert any(selects(selector, given) for given in labels)
        if one["kind"] == "HorizontalPodAutoscaler":
            assert one["spec"]["scaleTargetRef"]["name"] in named(manifests, "Deployment")
        if one["kind"] == "Ingress":
            backend = one["spec"]["rules"][0]["http"]["paths"][0]["backend"]["service"]["name"]
            assert backend in named(manifests, "Service")
        if one["kind"] != "Namespace":
            assert one["metadata"]["namespace"] in named(manifests, "Namespace")


def test_every_pod_is_behind_the_closed_door(manifests: list[dict[str, Any]]) -> None:
    """One policy selects all pods in both directions and opens nothing to everybody; a pod's port for people is the page's."""
    policies = [one["spec"] for one in manifests if one["kind"] == "NetworkPolicy"]
    closed = [
        policy
        for policy in policies
        if policy["podSelector"] == {"matchLabels": PART_OF}
        and set(policy["policyTypes"]) == {"Ingress", "Egress"}
    ]
    assert len(closed) == 1
    assert all(selects(PART_OF, pod["metadata"]["labels"]) for _, pod in pods(manifests))
    for policy in policies:
        assert all(rule.get("from") for rule in policy.get("ingress", []))
        assert all(rule.get("to") and rule.get("ports") for rule in policy.get("egress", []))


def test_probes_name_ports_that_are_open(manifests: list[dict[str, Any]]) -> None:
    """Bot and page are probed as started, living and ready, at ports that the containers name."""
    probed = 0
    for one in manifests:
        if one["kind"] != "Deployment":
            continue
        for container in one["spec"]["template"]["spec"]["containers"]:
            ports = {port["name"] for port in container["ports"]}
            paths = {}
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                assert container[probe]["httpGet"]["port"] in ports
                paths[probe] = container[probe]["httpGet"]["path"]
            assert paths == {"startupProbe": "/livez", "livenessProbe": "/livez", "readinessProbe": "/readyz"}
            probed += 1
    assert probed == 2


def access(manifests: list[dict[str, Any]]) -> list[str]:
    """Return how the claimed volume may be mounted."""
    [claim] = [one for one in manifests if one["kind"] == "PersistentVolumeClaim"]
    return list(claim["spec"]["accessModes"])


def test_several_pods_share_what_several_may_write() -> None:
    """Several pods keep the memory in no file and mount a volume for several nodes; on one machine it is the other way round."""
    one_machine, replicated = (built(FOLDER / "overlays" / name) for name in ("one-machine", "replicated"))

    assert access(one_machine) == ["ReadWriteOnce"]
    assert access(replicated) == ["ReadWriteMany"]
    assert named(replicated, "HorizontalPodAutoscaler") == named(replicated, "PodDisruptionBudget")
    assert not named(one_machine, "HorizontalPodAutoscaler")
    for manifests, on_disk in ((one_machine, True), (replicated, False)):
        bot = next(pod for name, pod in pods(manifests) if name == "confnotes-bot")["spec"]["containers"][0]
        store = next(one for one in bot["env"] if one["name"] == "CONFNOTES_STORE")
        assert ("value" in store) == on_disk


@pytest.mark.parametrize("overlay", sorted(SHARED))
def test_builds_from_an_object_store_need_no_volume(overlay: str) -> None:
    """Every pod has a disk of its own for its copy, the store's address and credentials, and a way to it."""
    manifests = built(FOLDER / "overlays" / overlay)

    assert settings(manifests)["CONFNOTES_INDEX"].startswith("s3://")
    assert not named(manifests, "PersistentVolumeClaim")
    for _, pod in pods(manifests):
        assert {"name": "data", "emptyDir": {}} in pod["spec"]["volumes"]
        known = {one["name"] for one in pod["spec"]["containers"][0]["env"]}
        assert known >= {*FOREIGN_SECRETS, "CONFNOTES_BUILD_KEY"}
        assert 443 in reached(manifests, pod["metadata"]["labels"])


def test_qdrant_is_named_and_reached_by_all_who_ask_it() -> None:
    """Job, bots and pages have the engine's address and key and a way to it, and ask no engine elsewhere."""
    manifests = built(FOLDER / "overlays" / "qdrant")
    address = urlsplit(settings(manifests)["CONFNOTES_QDRANT_URL"])
    told = Settings.model_validate({"engine": settings(manifests)["CONFNOTES_ENGINE"]})

    assert told.engine == "qdrant"
    for _, pod in pods(manifests):
        assert "CONFNOTES_QDRANT_API_KEY" in {one["name"] for one in pod["spec"]["containers"][0]["env"]}
        assert address.port in reached(manifests, pod["metadata"]["labels"])
    for other in set(OVERLAYS) - {"qdrant"}:
        assert "CONFNOTES_ENGINE" not in settings(built(FOLDER / "overlays" / other))


def reached(manifests: list[dict[str, Any]], labels: Mapping[str, str]) -> set[int]:
    """Return the ports that a pod may reach."""
    return {
        port["port"]
        for one in manifests
        if one["kind"] == "NetworkPolicy" and chooses(one["spec"]["podSelector"], labels)
        for rule in one["spec"].get("egress", [])
        for port in rule["ports"]
    }


def chooses(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Return whether a policy's selector is met."""
    return selects(selector["matchLabels"], labels) and all(
        labels.get(one["key"]) in one["values"] for one in selector.get("matchExpressions", [])
    )


def test_the_nightly_job_tells_the_exit_statuses_apart(manifests: list[dict[str, Any]]) -> None:
    """The cluster fails at once on 2, counts 3 as done, tries 4 again, and never runs two jobs."""
    [job] = [one for one in manifests if one["kind"] == "CronJob"]
    [rule] = job["spec"]["jobTemplate"]["spec"]["podFailurePolicy"]["rules"]
    [container] = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"]

    assert job["spec"]["concurrencyPolicy"] == "Forbid"
    assert (rule["action"], rule["onExitCodes"]["values"]) == ("FailJob", [2])
    assert rule["onExitCodes"]["containerName"] == container["name"]
    assert [left_with(container["command"], {"ingest --wait 600": status}) for status in (0, 2, 3, 4)] == [
        0,
        2,
        0,
        4,
    ]


def test_the_first_start_makes_a_build_only_where_none_can_be_asked(manifests: list[dict[str, Any]]) -> None:
    """The bot's pod asks as the bot would; where that fails it ingests, and starts unless nothing was published; shards it awaits."""
    [bot] = [pod["spec"] for name, pod in pods(manifests) if name == "confnotes-bot"]
    if "CONFNOTES_INDEX" in settings(manifests):  # the job alone writes there
        assert "initContainers" not in bot
        return
    command = bot["initContainers"][0]["command"]
    if "confnotes-shards" in named(manifests, "Job"):
        assert "ingest" not in command[-1]
        assert left_with(command, {'ask "ready?"': 0}) == 0
        return

    assert left_with(command, {'ask "ready?"': 0, "ingest --wait 1800": 4}) == 0
    for status, left in ((0, 0), (3, 0), (2, 1), (4, 1)):
        assert left_with(command, {'ask "ready?"': 5, "ingest --wait 1800": status}) == left


def test_shards_are_embedded_by_a_pod_each(own_overlays: Path) -> None:
    """Each index embeds one share of all, with the nightly job's pod; the merge of as many waits for a hand, and so does the night."""
    manifests = built(own_overlays / "shards")
    jobs = {one["metadata"]["name"]: one["spec"] for one in manifests if one["kind"] == "Job"}
    [night] = [one["spec"] for one in manifests if one["kind"] == "CronJob"]
    shards, merge = jobs["confnotes-shards"], jobs["confnotes-merge"]
    commands = [job["template"]["spec"]["containers"][0].pop("command") for job in (shards, merge)]
    count = shards["completions"]
    words = [
        subprocess.run(
            [*commands[0][:2], commands[0][2].replace("confnotes ingest", "echo")],
            env={"JOB_COMPLETION_INDEX": str(index)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for index in range(count)
    ]

    assert (shards["completionMode"], merge["suspend"], night["suspend"]) == ("Indexed", True, True)
    assert [said[:2] for said in words] == [
        ["--shard", f"{number}/{count}"] for number in range(1, count + 1)
    ]
    assert f"--merge {count} " in commands[1][2]
    for command in commands:
        said = re.search(r"confnotes (ingest [^;]*);", command[2])
        assert said
        assert [left_with(command, {said[1]: status}) for status in (0, 2, 3, 4)] == [0, 2, 0, 4]
    template = night["jobTemplate"]["spec"]["template"]
    template["spec"]["containers"][0].pop("command")
    assert merge["template"] == template
    for part in ("image", "volumeMounts", "securityContext", "envFrom"):
        ours, theirs = (one["spec"]["containers"][0][part] for one in (shards["template"], template))
        assert ours == theirs


def left_with(command: list[str], statuses: dict[str, int]) -> int:
    """Run a container's shell with commands of the program replaced by their exit statuses, and return its own."""
    shell, flag, script = command
    for words, status in statuses.items():
        assert f"confnotes {words}" in script
        script = script.replace(f"confnotes {words}", f"(exit {status})")
    return subprocess.run([shell, flag, script], check=False).returncode
