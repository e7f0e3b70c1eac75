"""A deployment to AWS from end to end, on this machine, without an account and without a network.

    python -m deploy.aws_rehearsal

osls deploys ``serverless.yml`` to moto. Then a signed webhook goes in, with the variables, the
parameters, the queues and the table of that stack, and messages come out at stand-in robots. At the
end osls removes all of it. moto does not run functions: the handler runs here, as Lambda would call
it.
"""

import base64
import io
import json
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import click
from rich.console import Console

import handler
from deploy.aws_stand_in import Account, Osls, RehearsalError, account
from deploy.sqs_poller import poll
from relay import log
from relay.words import Phrase
from workbench import samples, terminal
from workbench.cli import SETTINGS, Failure, lang_option
from workbench.robots import RobotServer
from workbench.triggering import Credentials, outgoing
from workbench.verb import Verb

STAGE = "rehearsal"
DEPLOYED = Phrase(
    "osls deploy --stage {stage}：{count} 个资源", "osls deploy --stage {stage}: {count} resources"
)
OPEN = Phrase("函数 URL 的两条权限都在", "both permissions of the function URL are there")
ANSWERED = Phrase(
    "带签名的 Webhook：202，{count} 条消息进入队列",
    "a signed webhook: 202, {count} messages in the queue",
)
POSTED = Phrase(
    "从队列取出 {count} 条：{good} 收到，{bad} 拒绝（{code}），进入死信队列",
    "{count} taken from the queue: {good} has it, {bad} refused it ({code}): a dead letter",
)
KNOWN = Phrase(
    "队列空了；状态表里有 {count} 项", "the queue is empty, the table has {count} entries"
)
KNOWN_IN_PART = Phrase(
    "队列空了；状态表里有 {count} 项，不是全部：表一时没有在时间内响应，"
    "中继就先不用它（state.failed），消息照发",
    "the queue is empty, the table has {count} entries, not all: it did not answer in time for a "
    "moment, so the relay did without it (state.failed); messages went out all the same",
)
REMOVED = Phrase(
    "osls remove --stage {stage}：什么都没有留下", "osls remove --stage {stage}: nothing is left"
)

_ROOT = Path(__file__).parent.parent
_SERVICE = "git-chat-relay"
_GOOD, _REFUSING = "wecom", "dingtalk"
_MAPPED = "ReportBatchItemFailures"
_UNKNOWN_TOKEN = "E525"  # docs/troubleshooting.md
_DIFFERENT = Phrase(
    "{what}：应为 {expected}，实际是 {found}", "{what}: {expected} was expected, not {found}"
)

Say = Callable[[Phrase], None]


class Stack(NamedTuple):
    """What was deployed: the function's variables, and both queues."""

    function: str
    variables: Mapping[str, str]
    queue: str
    queue_arn: str
    dead_letters: str


@click.command(
    cls=Verb,
    context_settings=SETTINGS,
    example="python -m deploy.aws_rehearsal",
    about=Phrase(
        "部署到模拟的 AWS，发一条消息走完全程，再删除。",
        "Deploy to a stand-in of AWS, send a message through it, remove it again.",
    ),
)
@lang_option
def main(lang: str) -> None:
    """Rehearse the deployment; exit code 1 with the reason when a step does not work."""
    console = terminal.console()
    try:
        rehearse(lambda phrase: _tell(console, phrase, lang))
    except RehearsalError as error:
        raise Failure(error.phrase.of(lang)) from None


def _tell(console: Console, phrase: Phrase, lang: str) -> None:
    terminal.show_wrapped(f"✓ {phrase.of(lang)}", console)


def rehearse(say: Say, root: Path = _ROOT) -> None:
    """Go through all of it and *say* each step that went well; raises RehearsalError."""
    with TemporaryDirectory() as folder, account() as aws:
        osls = Osls(root, Path(folder), aws.environ)
        osls.run("deploy", "--stage", STAGE)
        say(DEPLOYED.filled(stage=STAGE, count=_resources(aws)))
        stack = _stack(aws)
        _check_rights(aws, stack)
        say(OPEN)
        with RobotServer() as robots:
            _send(aws, stack, robots, say)
        osls.run("remove", "--stage", STAGE)
        _expect("osls remove", [], _left(aws))
        say(REMOVED.filled(stage=STAGE))


def _resources(aws: Account) -> int:
    found = aws.client("cloudformation").describe_stack_resources(StackName=f"{_SERVICE}-{STAGE}")
    return len(found["StackResources"])


def _stack(aws: Account) -> Stack:
    function = f"{_SERVICE}-{STAGE}-relay"
    found = aws.client("lambda").get_function_configuration(FunctionName=function)
    variables = found["Environment"]["Variables"]
    sqs = aws.client("sqs")
    name = variables["RELAY_QUEUE"].removeprefix("sqs://")
    queue = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    asked = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn", "RedrivePolicy"])
    dead = json.loads(asked["Attributes"]["RedrivePolicy"])["deadLetterTargetArn"]
    return Stack(
        function,
        variables,
        queue,
        asked["Attributes"]["QueueArn"],
        sqs.get_queue_url(QueueName=dead.rpartition(":")[2])["QueueUrl"],
    )


def _check_rights(aws: Account, stack: Stack) -> None:
    """Look whether the URL is open to all, and the queue leads to the function."""
    functions = aws.client("lambda")
    policy = json.loads(functions.get_policy(FunctionName=stack.function)["Policy"])
    actions = sorted(one["Action"] for one in policy["Statement"])
    _expect("get-policy", ["lambda:InvokeFunction", "lambda:InvokeFunctionUrl"], actions)
    mappings = functions.list_event_source_mappings()["EventSourceMappings"]
    found = [(one["EventSourceArn"], one.get("FunctionResponseTypes")) for one in mappings]
    _expect("list-event-source-mappings", [(stack.queue_arn, [_MAPPED])], found)


def _send(aws: Account, stack: Stack, robots: RobotServer, say: Say) -> None:
    """Let one webhook reach a robot that takes it and one that refuses it."""
    token = f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
    _put_parameters(aws, stack, robots, token)
    told = io.StringIO()
    log.configure("INFO", told)
    handle = handler.build(
        {
            **aws.environ,
            **stack.variables,
            "AWS_LAMBDA_FUNCTION_NAME": stack.function,
            "CONFIG_FILE": "",  # a file that lies about here may name real robots
        }
    )
    answer = handle(_webhook(token), None)
    report = json.loads(answer["body"])
    queued = report.get("queued", report)
    _expect("webhook", (202, [_GOOD, _REFUSING]), (answer["statusCode"], queued))
    sqs = aws.client("sqs")
    say(ANSWERED.filled(count=_waiting(sqs, stack.queue)))
    taken = poll(sqs, stack.queue, stack.queue_arn, handle)
    _expect("robots", [_GOOD], [one.vendor for one in robots.received])
    code = _buried(sqs, stack.dead_letters)
    _expect("dead-letters", _UNKNOWN_TOKEN, code)
    say(POSTED.filled(count=taken, good=_GOOD, bad=_REFUSING, code=code))
    _expect("queue", 0, _waiting(sqs, stack.queue))
    table = stack.variables["RELAY_STATE"].removeprefix("dynamodb://")
    entries = aws.client("dynamodb").scan(TableName=table)["Count"]
    _expect("table", True, entries > 0)
    say(known(entries, told.getvalue()))


def known(entries: int, lines: str) -> Phrase:
    """Return what to say of the table's *entries*, from the *lines* that were logged.

    A busy machine makes the table slow; the number is then another one than on the page.
    """
    phrase = KNOWN_IN_PART if '"event":"state.failed"' in lines else KNOWN
    return phrase.filled(count=entries)


def _put_parameters(aws: Account, stack: Stack, robots: RobotServer, token: str) -> None:
    """Do what a person does with ``aws ssm put-parameter``."""
    path = stack.variables["RELAY_SECRETS"].removeprefix("ssm://")
    values = {
        "GITLAB_SIGNING_TOKEN": token,
        "WECOM_WEBHOOK_URL": robots.add_wecom(),
        "DINGTALK_WEBHOOK_URL": robots.add_dingtalk(faults="badkey"),
        "RELAY_ALLOW_HOSTS": robots.host,
    }
    ssm = aws.client("ssm")
    for name, value in values.items():
        ssm.put_parameter(Name=f"{path}{name}", Value=value, Type="SecureString")


def _webhook(token: str) -> dict[str, Any]:
    """Return what the function URL hands over when GitLab sends a failed pipeline now."""
    now_s = time.time()
    sample = samples.fresh(samples.load("gitlab/pipeline.failed"), now_s)
    credentials = Credentials(signing_token=token)
    request = outgoing(sample, credentials, delivery_id="rehearsal", now_s=now_s)
    return {
        "version": "2.0",
        "rawPath": "/",
        "rawQueryString": "",
        "requestContext": {"http": {"method": "POST", "path": "/", "sourceIp": "127.0.0.1"}},
        "headers": {name.lower(): value for name, value in request.headers.items()},
        "body": request.body.decode(),
        "isBase64Encoded": False,
    }


def _waiting(sqs: Any, queue: str) -> int:
    """Return how many messages *queue* holds, seen and unseen."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


def _buried(sqs: Any, queue: str) -> str:
    """Return the codes with which the dead letters were put there."""
    found = sqs.receive_message(
        QueueUrl=queue, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
    )
    letters = found.get("Messages", [])
    return " ".join(one["MessageAttributes"]["code"]["StringValue"] for one in letters)


def _left(aws: Account) -> list[str]:
    """Return what still exists of the stack."""
    return [
        *aws.client("sqs").list_queues().get("QueueUrls", []),
        *aws.client("dynamodb").list_tables()["TableNames"],
        *(one["FunctionName"] for one in aws.client("lambda").list_functions()["Functions"]),
        *(one["Name"] for one in aws.client("s3").list_buckets()["Buckets"]),
        *(one["RoleName"] for one in aws.client("iam").list_roles()["Roles"]),
        *(one["logGroupName"] for one in aws.client("logs").describe_log_groups()["logGroups"]),
        *(one["TopicArn"] for one in aws.client("sns").list_topics()["Topics"]),
    ]


def _expect(what: str, expected: object, found: object) -> None:
    if found != expected:
        told = {"what": what, "expected": expected, "found": found}
        raise RehearsalError(_DIFFERENT.filled(**told))


if __name__ == "__main__":
    sys.exit(main())
