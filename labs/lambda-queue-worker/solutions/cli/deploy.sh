# Makes the queues, the worker and what connects them.

failed=$(aws sqs create-queue --queue-name resize-failed --query QueueUrl --output text)
failed_arn=$(aws sqs get-queue-attributes --queue-url "$failed" --attribute-names QueueArn \
    --query Attributes.QueueArn --output text)
cat > jobs.json <<JSON
{"VisibilityTimeout": "90", "RedrivePolicy": "{\"deadLetterTargetArn\": \"$failed_arn\", \"maxReceiveCount\": 2}"}
JSON
jobs=$(aws sqs create-queue --queue-name resize-jobs --attributes file://jobs.json --query QueueUrl --output text)
jobs_arn=$(aws sqs get-queue-attributes --queue-url "$jobs" --attribute-names QueueArn \
    --query Attributes.QueueArn --output text)

role=$(aws iam create-role --role-name resize-worker-role --query Role.Arn --output text \
    --assume-role-policy-document '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}')
aws iam attach-role-policy --role-name resize-worker-role \
    --policy-arn arn:aws:iam::aws:policy/service-role/AWSLambdaSQSQueueExecutionRole

python3 -m zipfile -c package.zip worker.py
aws lambda create-function --function-name resize-worker --runtime python3.12 --handler worker.handle \
    --role "$role" --zip-file fileb://package.zip --timeout 10
aws lambda wait function-active-v2 --function-name resize-worker
aws lambda create-event-source-mapping --function-name resize-worker --event-source-arn "$jobs_arn" \
    --batch-size 10 --function-response-types ReportBatchItemFailures
