"""What `serverless.yml` promises, read from the file itself and from what osls makes of it."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import ROOT

from deploy import aws_stand_in, settings
from deploy.aws_stand_in import Osls
from handler import _BATCH_S
from relay.queues.sqs import _ADDRESS, _NAME

# All that the code calls: relay/queues/sqs.py, relay/stores/table.py, relay/configuration; and what
# Lambda does in the function's name: receive and delete, write the log.
ACTIONS = {
    "Deliveries": {
        "sqs:SendMessage",
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:ChangeMessageVisibility",
        "sqs:GetQueueAttributes",
        "sqs:GetQueueUrl",
    },
    "DeadLetters": {"sqs:SendMessage"},
    "State": {"dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"},
    "RelayLogGroup": {"logs:CreateLogStream", "logs:PutLogEvents"},
}
PARAMETERS = {"ssm:GetParameters", "ssm:GetParametersByPath"}
PATH = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/git-chat-relay/prod"
DAYS_14 = 14 * 24 * 3600
VARIABLES = {"RELAY_QUEUE", "RELAY_STATE", "RELAY_SECRETS", "LOG_LEVEL"}

Tree = dict[str, Any]


class Loader(yaml.SafeLoader):
    """Knows CloudFormation's short tags: `!GetAtt A.B` is `{"Fn::GetAtt": ["A", "B"]}`."""


def short_tag(loader: Loader, suffix: str, node: yaml.Node) -> Tree:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        raise AssertionError(f"!{suffix} of a mapping")
    if suffix == "GetAtt":
        value = value.split(".")
    return {"Ref" if suffix == "Ref" else f"Fn::{suffix}": value}


Loader.add_multi_constructor("!", short_tag)


def read_yaml(text: str) -> Tree:
    found: Tree = yaml.load(text, Loader)  # noqa: S506 - a safe one
    return found


@pytest.fixture(scope="module")
def written() -> Tree:
    """The file as it stands."""
    return read_yaml((ROOT / "serverless.yml").read_text(encoding="utf-8"))


def needs_osls() -> None:
    if lacking := aws_stand_in.missing(ROOT):
        pytest.skip(lacking.en)


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What osls made of stage prod: without credentials, and without a network where that can be.

    A network namespace of its own has no way out; not every machine lets us have one.
    """
    needs_osls()
    folder = tmp_path_factory.mktemp("packaged")
    within = ("unshare", "-rn") if is_separable() else ()
    Osls(ROOT, folder, {}, within).run("package", "--stage", "prod")
    return folder / ".serverless"


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another stage, without the queue."""
    needs_osls()
    folder = tmp_path_factory.mktemp("other")
    osls = Osls(ROOT, folder, {"RELAY_QUEUE": ""})
    osls.run("package", "--stage", "prod2")
    return folder / ".serverless"


def is_separable() -> bool:
    unshare = shutil.which("unshare")
    if not unshare:
        return False
    tried = subprocess.run([unshare, "-rn", "true"], capture_output=True)  # noqa: S603
    return tried.returncode == 0


def template_in(folder: Path) -> Tree:
    text = (folder / "cloudformation-template-update-stack.json").read_text(encoding="utf-8")
    found: Tree = json.loads(text)
    return found


@pytest.fixture(scope="module")
def template(packaged: Path) -> Tree:
    return template_in(packaged)


@pytest.fixture(scope="module", params=["as written", "as packaged"])
def resources(request: pytest.FixtureRequest, written: Tree) -> Tree:
    """Our own resources, once from the file and once from the template."""
    if request.param == "as written":
        found: Tree = written["resources"]["Resources"]
        return found
    template: Tree = request.getfixturevalue("template")
    return {name: template["Resources"][name] for name in written["resources"]["Resources"]}


def properties(resources: Tree, name: str) -> Tree:
    found: Tree = resources[name]["Properties"]
    return found


def statements(resources: Tree) -> list[Tree]:
    """Return every statement of the function's role."""
    policies = properties(resources, "Role")["Policies"]
    return [one for policy in policies for one in policy["PolicyDocument"]["Statement"]]


def leaves(value: Any) -> Iterator[str]:
    """Yield every text in a tree, keys not counted."""
    if isinstance(value, dict):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)
    else:
        yield str(value)


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def stage_prod(text: str) -> str:
    return text.replace("${self:service}", "git-chat-relay").replace("${sls:stage}", "prod")


# --- the queue and what is behind it ---


def test_both_queues_are_fifo(resources: Tree) -> None:
    """Both names end as those of FIFO queues must, and are such that the code takes them."""
    for name in ("Deliveries", "DeadLetters"):
        queue = properties(resources, name)

        assert queue["FifoQueue"] is True
        assert queue["ContentBasedDeduplication"] is False
        assert queue["SqsManagedSseEnabled"] is True
        assert queue["MessageRetentionPeriod"] == DAYS_14
        assert _NAME.fullmatch(stage_prod(queue["QueueName"]))


def test_dead_letters_have_a_queue(resources: Tree) -> None:
    """After five receives, as `docs/delivery.md` says, SQS itself moves a message there."""
    assert properties(resources, "Deliveries")["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": ["DeadLetters", "Arn"]},
        "maxReceiveCount": 5,
    }


def test_visibility_is_six_times_the_time_out(written: Tree) -> None:
    """AWS asks for it: a batch that is still worked on must not come a second time."""
    deliveries = properties(written["resources"]["Resources"], "Deliveries")

    assert deliveries["VisibilityTimeout"] >= 6 * written["provider"]["timeout"]


def test_time_out_leaves_a_batch_its_time(written: Tree) -> None:
    """What could not be posted within a batch's time still has to go back to the queue."""
    assert written["provider"]["timeout"] >= _BATCH_S + 5


def test_failures_are_reported_one_by_one(written: Tree) -> None:
    """Without it SQS would take a batch for delivered as a whole."""
    (event,) = written["functions"]["relay"]["events"]

    assert event["sqs"]["functionResponseType"] == "ReportBatchItemFailures"
    assert event["sqs"]["batchSize"] == 10
    assert event["sqs"]["maximumConcurrency"] < 10
    assert event["sqs"]["arn"] == {"Fn::GetAtt": ["Deliveries", "Arn"]}


def test_table_is_the_one_that_the_code_expects(resources: Tree) -> None:
    """Its key, its type and the attribute that ends an entry are those of `relay.stores.table`."""
    table = properties(resources, "State")

    assert table["KeySchema"] == [{"AttributeName": "key", "KeyType": "HASH"}]
    assert table["AttributeDefinitions"] == [{"AttributeName": "key", "AttributeType": "S"}]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "until", "Enabled": True}
    assert table["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.parametrize("name", ["Deliveries", "DeadLetters", "State"])
def test_a_deployment_replaces_nothing_that_holds_something(resources: Tree, name: str) -> None:
    """Names are fixed, so that CloudFormation cannot put an empty one in the place of another."""
    named = {"QueueName", "TableName"} & set(properties(resources, name))

    assert len(named) == 1
    assert resources[name]["UpdateReplacePolicy"] == "Retain"
    assert resources[name]["DeletionPolicy"] == "Delete"


def test_alarm_is_on_the_dead_letters(resources: Tree) -> None:
    """One message there is enough, and no message is no alarm."""
    alarm = properties(resources, "DeadLettersAlarm")

    assert alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
    assert alarm["Dimensions"] == [
        {"Name": "QueueName", "Value": {"Fn::GetAtt": ["DeadLetters", "QueueName"]}}
    ]
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (0, "GreaterThanThreshold")
    assert alarm["AlarmActions"] == [{"Ref": "Alarms"}]
    assert alarm["TreatMissingData"] == "notBreaching"


def test_nobody_gets_mail_by_default(written: Tree, resources: Tree) -> None:
    """Whoever wants it subscribes. osls would send parameters of a stack with its first request,
    whose template has none yet: CloudFormation refuses that, and moto does not.
    """
    assert not [one for one in resources.values() if one["Type"] == "AWS::SNS::Subscription"]
    assert "stackParameters" not in written["provider"]


# --- rights ---


def test_role_has_the_rights_that_the_code_needs(resources: Tree) -> None:
    """Each action that is called, on what it is called on; nothing else."""
    found: dict[str, set[str]] = {}
    for one in statements(resources):
        assert one["Effect"] == "Allow"
        for resource in as_list(one["Resource"]):
            target, part = resource.get("Fn::GetAtt", ("parameters", "Arn"))
            found.setdefault(target, set()).update(as_list(one["Action"]))

            assert part == "Arn"

    assert found == {**ACTIONS, "parameters": PARAMETERS}


def test_parameters_are_those_of_the_stage(resources: Tree) -> None:
    """Secrets of another stage, or of other software, cannot be read."""
    (granted,) = [one for one in statements(resources) if PARAMETERS & set(one["Action"])]
    found = [stage_prod(one["Fn::Sub"]) for one in granted["Resource"]]

    assert found == [PATH, f"{PATH}/*"]


def test_page_of_the_delivery_names_the_same_rights(resources: Tree) -> None:
    """Who makes the role by hand, after `docs/delivery.md`, gives the same."""
    page = (ROOT / "docs" / "delivery.md").read_text(encoding="utf-8")
    block = re.search(r'```json\n(\{\n  "Version": "2012-10-17".*?)```', page, re.DOTALL)
    assert block
    shown = {tuple(one["Action"]) for one in json.loads(block[1])["Statement"]}
    ours = {
        tuple(one["Action"])
        for one in statements(resources)
        if not one["Action"][0].startswith(("logs:", "ssm:"))
    }

    assert shown == ours


def test_nobody_may_do_everything(template: Tree) -> None:
    """No statement of the template allows `*`, but for the two that open the URL to all.

    The one `s3:*` denies: nobody reaches the bucket without TLS.
    """
    for name, resource in template["Resources"].items():
        found = resource["Properties"]
        for one in documents(found):
            if one["Effect"] == "Deny":
                assert name == "ServerlessDeploymentBucketPolicy"
                continue

            assert not [text for text in leaves(one["Action"]) if "*" in text]
            assert "*" not in list(leaves(one.get("Resource", "")))
            assert "*" not in list(leaves(one.get("Principal", "")))


def documents(value: Any) -> Iterator[Tree]:
    """Yield every statement in a tree, wherever a policy stands in it."""
    if isinstance(value, dict):
        yield from as_list(value.get("Statement", []))
        for one in value.values():
            yield from documents(one)
    elif isinstance(value, list):
        for one in value:
            yield from documents(one)


def of_type(template: Tree, kind: str) -> list[Tree]:
    return [one["Properties"] for one in template["Resources"].values() if one["Type"] == kind]


def test_url_is_open_to_all(template: Tree) -> None:
    """Both permissions are there: with only the first, AWS answers 403 since October 2025."""
    (url,) = of_type(template, "AWS::Lambda::Url")
    permissions = of_type(template, "AWS::Lambda::Permission")
    told = [{key: one[key] for key in one if key != "FunctionName"} for one in permissions]

    assert url["AuthType"] == "NONE"
    assert told == [
        {"Action": "lambda:InvokeFunctionUrl", "Principal": "*", "FunctionUrlAuthType": "NONE"},
        {"Action": "lambda:InvokeFunction", "Principal": "*", "InvokedViaFunctionUrl": True},
    ]


# --- the function ---


def test_function_is_as_the_bundle_needs_it(template: Tree) -> None:
    """Python and processor are those for which `deploy.bundles` fetches packages."""
    (function,) = of_type(template, "AWS::Lambda::Function")

    assert function["Handler"] == "handler.handler"
    assert (function["Runtime"], function["Architectures"]) == ("python3.13", ["arm64"])
    assert function["MemorySize"] == 256
    assert function["Role"] == {"Fn::Sub": "${Role.Arn}"}
    assert function["Code"]["S3Key"].endswith("/aws.zip")
    assert "ReservedConcurrentExecutions" not in function


def test_function_is_told_where_things_are(template: Tree) -> None:
    """The variables name the queue, the table and the parameters of the same stack."""
    (function,) = of_type(template, "AWS::Lambda::Function")
    variables = function["Environment"]["Variables"]
    address = _ADDRESS.fullmatch(variables["RELAY_QUEUE"])

    assert set(variables) == VARIABLES
    assert address
    assert address[1] == properties(template["Resources"], "Deliveries")["QueueName"]
    assert variables["RELAY_STATE"] == {"Fn::Sub": "dynamodb://${State}"}
    assert variables["RELAY_SECRETS"] == "ssm:///git-chat-relay/prod/"


def test_no_secret_is_in_an_environment(written: Tree) -> None:
    """Secrets are parameters: whoever may look at the function does not see them."""
    tencent = written["custom"]["tencent"]["inputs"]["environment"]["variables"]

    assert set(written["provider"]["environment"]) == VARIABLES
    assert set(tencent) == {"LOG_LEVEL"}
    assert not [
        text
        for text in leaves([written["provider"]["environment"], tencent])
        if re.search(r"key=|token|password|secret=|[0-9a-f]{16}", text, re.IGNORECASE)
    ]


def test_log_is_kept_for_14_days(written: Tree, template: Tree) -> None:
    """It is JSON, and Lambda drops no line of ours: their level is not the one that it reads."""
    (group,) = of_type(template, "AWS::Logs::LogGroup")
    (function,) = of_type(template, "AWS::Lambda::Function")

    assert group["RetentionInDays"] == 14
    assert function["LoggingConfig"] == {
        "LogFormat": "JSON",
        "ApplicationLogLevel": "INFO",
        "SystemLogLevel": "WARN",
    }


def test_outputs_name_what_a_person_needs(template: Tree) -> None:
    """The address for the webhook, and both queues for `dead-letters`."""
    url = {"Fn::GetAtt": ["RelayLambdaFunctionUrl", "FunctionUrl"]}

    assert template["Outputs"]["RelayLambdaFunctionUrl"]["Value"] == url
    assert {"Queue", "DeadLetterQueue", "AlarmTopic"} <= set(template["Outputs"])


# --- the file as a whole ---


def test_template_is_clean(packaged: Path) -> None:
    """cfn-lint finds nothing, for a region of each partition that people use."""
    if importlib.util.find_spec("cfnlint") is None:
        pytest.skip("cfn-lint is not installed: pip install -r requirements-dev.txt")
    command = [str(Path(sys.executable).parent / "cfn-lint"), "--regions"]
    regions = ["ap-southeast-1", "us-east-1", "cn-north-1"]
    file = str(packaged / "cloudformation-template-update-stack.json")
    done = subprocess.run(  # noqa: S603 - our own tool
        [*command, *regions, "--template", file], capture_output=True, text=True
    )

    assert (done.returncode, done.stdout) == (0, "")


def test_two_stages_live_side_by_side(template: Tree, other: Path) -> None:
    """Nothing that has a name of its own is called the same in another stage."""
    names = [
        {
            value
            for one in stage["Resources"].values()
            for key, value in one["Properties"].items()
            if key.endswith("Name") and isinstance(value, str) and key != "MetricName"
        }
        for stage in (template, template_in(other))
    ]

    assert len(names[0]) == 7
    assert not names[0] & names[1]


def test_slips_are_refused(tmp_path: Path) -> None:
    """osls is strict: a misspelt key ends the deployment before it began."""
    needs_osls()
    osls = Osls(ROOT, tmp_path, {})
    file = tmp_path / "serverless.yml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("maximumConcurrency:", "maxConcurrency:"), encoding="utf-8")

    with pytest.raises(aws_stand_in.RehearsalError, match="maxConcurrency"):
        osls.run("package", "--stage", "prod")


def test_queue_can_be_left_out(other: Path) -> None:
    """With an empty RELAY_QUEUE where one deploys, the function has no queue to put things into."""
    (function,) = of_type(template_in(other), "AWS::Lambda::Function")

    assert function["Environment"]["Variables"]["RELAY_QUEUE"] == ""


def test_tencent_part_is_plain(written: Tree) -> None:
    """Tencent's tools know neither CloudFormation's tags nor any variable but `${env:…}`."""
    block = written["custom"]["tencent"]
    read = settings.load(ROOT / "serverless.yml", {})

    assert not [key for key in keys(block) if key.startswith("Fn::") or key == "Ref"]
    assert not [text for text in leaves(block) if re.search(r"\$\{(?!env:\w+, ')", text)]
    assert (read.name, read.handler) == ("git-chat-relay", "handler.handler")
    assert (read.runtime, read.region) == ("Python3.10", "ap-guangzhou")
    assert (read.memory_mb, read.timeout_s, read.eip) == (128, 20, False)


def keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value
    for one in value.values() if isinstance(value, dict) else as_list(value):
        if isinstance(one, dict | list):
            yield from keys(one)


def test_osls_is_pinned() -> None:
    """One version deploys, everywhere; the lock file names no registry."""
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    version = package["devDependencies"]["osls"]

    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert lock["packages"]["node_modules/osls"]["version"] == version
    assert not [one for one in lock["packages"].values() if "resolved" in one]
    assert [name for name, one in lock["packages"].items() if name and "integrity" not in one] == []
