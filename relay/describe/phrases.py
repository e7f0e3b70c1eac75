"""The wordings that more than one family of messages uses."""

from relay.words import Phrase

ASSIGNEES = Phrase("指派给", "Assignee")
AUTHOR = Phrase("作者", "Author")
COMMIT = Phrase("提交", "Commit")
DUE = Phrase("截止 {day}", "due {day}")
EXPIRES = Phrase("到期 {day}", "expires {day}")
GROUP = Phrase("组", "group")
LABELS = Phrase("标签", "Labels")
MESSAGE = Phrase("说明", "Message")
MILESTONE = Phrase("里程碑", "Milestone")
SEVERITY = Phrase("严重程度", "Severity")
STATE = Phrase("状态", "State")
TOOK = Phrase("用时 {time}", "took {time}")
VIEW = Phrase("查看", "View")
VIEW_COMMIT = Phrase("查看提交", "View commit")
VIEW_LOG = Phrase("查看日志", "View log")
VIEW_NOUN = Phrase("查看{noun}", "View {noun}")
VIEW_PROJECT = Phrase("查看项目", "View project")
