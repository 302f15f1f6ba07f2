# Registers the task definition `web`.
#
#     aws ecs register-task-definition help
#     aws ecs register-task-definition --generate-cli-skeleton
#
# takes a document of its own: --cli-input-json file://taskdef.json
aws sts get-caller-identity --query Account --output text
