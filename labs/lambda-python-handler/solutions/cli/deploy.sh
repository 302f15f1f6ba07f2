# Makes the function order-total of order.py, with a role that may write logs.
role=$(aws iam create-role --role-name order-total-role --query Role.Arn --output text \
    --assume-role-policy-document '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}')
aws iam attach-role-policy --role-name order-total-role \
    --policy-arn arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole

python3 -m zipfile -c package.zip order.py
aws lambda create-function --function-name order-total --runtime python3.12 --handler order.handle \
    --role "$role" --zip-file fileb://package.zip --timeout 5
aws lambda wait function-active-v2 --function-name order-total

aws lambda invoke --function-name order-total --cli-binary-format raw-in-base64-out \
    --payload '{"items": [{"sku": "tea", "qty": 2, "price": 4.5}]}' answer.json 2>/dev/null ||
    aws lambda invoke --function-name order-total \
        --payload '{"items": [{"sku": "tea", "qty": 2, "price": 4.5}]}' answer.json
cat answer.json
