# Makes the function word-count of count.mjs, with a role that may write logs.
role=$(aws iam create-role --role-name word-count-role --query Role.Arn --output text \
    --assume-role-policy-document '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}')
aws iam attach-role-policy --role-name word-count-role \
    --policy-arn arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole

python3 -m zipfile -c package.zip count.mjs
aws lambda create-function --function-name word-count --runtime nodejs22.x --handler count.handler \
    --role "$role" --zip-file fileb://package.zip --memory-size 256 --timeout 5
aws lambda wait function-active-v2 --function-name word-count
