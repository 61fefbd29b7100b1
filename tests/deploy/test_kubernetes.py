"""The manifests: built by kustomize, valid to the letter, restricted, and in step with the program that they start."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from confnotes import main
from tests.conftest import ROOT
from tests.deploy.settings import SECRETS, VARIABLES

FOLDER = ROOT / "deploy" / "kubernetes"
OVERLAYS = tuple(sorted(path.name for path in (FOLDER / "overlays").iterdir()))
# The oldest release that is still looked after, and the newest that the schemas know.
RELEASES = ("1.34", kubernetes_validate.latest_version())
FOREIGN = {"FORWARDED_ALLOW_IPS"}  # uvicorn's
PART_OF = {"app.kubernetes.io/part-of": "confnotes"}


def kustomize() -> list[str]:
    """Return the command that builds a folder, or skip."""
    if found := shutil.which("kustomize"):
        return [found, "build"]
    if found := shutil.which("kubectl"):
        return [found, "kustomize"]
    pytest.skip("neither kustomize nor kubectl is on this machine")


@cache
def built(folder: Path) -> list[dict[str, Any]]:
    """Return what a folder builds to."""
    done = subprocess.run([*kustomize(), str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert not done.stderr, "kustomize warns of what it will stop to understand"
    return list(yaml.safe_load_all(done.stdout))


@pytest.fixture(scope="module", params=[*OVERLAYS, "own notes"])
def manifests(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> list[dict[str, Any]]:
    """Give the objects of an overlay; the last is one of somebody's own, as the README shows it."""
    if request.param in OVERLAYS:
        return built(FOLDER / "overlays" / request.param)
    copy = tmp_path_factory.mktemp("deploy") / "kubernetes"
    shutil.copytree(FOLDER, copy)
    own = copy / "overlays" / "ours"
    own.mkdir()
    own.joinpath("kustomization.yaml").write_text(
        "resources: [../replicated]\ncomponents: [../../own-notes]\n", encoding="utf-8"
    )
    return built(own)


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


def selects(selector: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    """Return whether labels are those that are asked for."""
    return selector.items() <= labels.items()


@pytest.mark.parametrize("release", RELEASES)
def test_every_object_is_valid(manifests: list[dict[str, Any]], release: str) -> None:
    """No unknown field, no wrong type, nothing missing, by the schemas of the oldest and the newest release."""
    for one in manifests:
        kubernetes_validate.validate(one, release, strict=True)


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
    assert said <= VARIABLES
    assert not said & SECRETS
    for container in containers(manifests):
        for variable in container.get("env", []):
            assert variable["name"] in VARIABLES | FOREIGN
            # The store is a file, whose path is no secret, or an address with a password in it.
            is_path = variable.get("value", "").startswith(("/", "*"))
            assert ("valueFrom" in variable) == (variable["name"] in SECRETS and not is_path)


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
    """The bot's pod asks as the bot would; where that fails it ingests, and starts unless nothing was published."""
    [bot] = [pod["spec"] for name, pod in pods(manifests) if name == "confnotes-bot"]
    command = bot["initContainers"][0]["command"]

    assert left_with(command, {'ask "ready?"': 0, "ingest --wait 1800": 4}) == 0
    for status, left in ((0, 0), (3, 0), (2, 1), (4, 1)):
        assert left_with(command, {'ask "ready?"': 5, "ingest --wait 1800": status}) == left


def left_with(command: list[str], statuses: dict[str, int]) -> int:
    """Run a container's shell with commands of the program replaced by their exit statuses, and return its own."""
    shell, flag, script = command
    for words, status in statuses.items():
        assert f"confnotes {words}" in script
        script = script.replace(f"confnotes {words}", f"(exit {status})")
    return subprocess.run([shell, flag, script], check=False).returncode
