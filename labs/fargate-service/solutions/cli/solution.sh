# A service of two tasks on Fargate behind a load balancer, with the aws CLI.
read -r vpc first < <(aws ec2 describe-subnets --query 'Subnets[0].[VpcId,SubnetId]' --output text \
    --filters Name=default-for-az,Values=true Name=availability-zone,Values=us-east-1a)
second=$(aws ec2 describe-subnets --query 'Subnets[0].SubnetId' --output text \
    --filters Name=default-for-az,Values=true Name=availability-zone,Values=us-east-1b)
front=$(aws ec2 create-security-group --group-name front --description 'HTTP from anywhere' --vpc-id "$vpc" \
    --query GroupId --output text)
aws ec2 authorize-security-group-ingress --group-id "$front" --protocol tcp --port 80 --cidr 0.0.0.0/0 > /dev/null
tasks=$(aws ec2 create-security-group --group-name tasks --description 'The balancer only' --vpc-id "$vpc" \
    --query GroupId --output text)
aws ec2 authorize-security-group-ingress --group-id "$tasks" --protocol tcp --port 80 --source-group "$front" > /dev/null

balancer=$(aws elbv2 create-load-balancer --name web --subnets "$first" "$second" --security-groups "$front" \
    --query 'LoadBalancers[0].LoadBalancerArn' --output text)
targets=$(aws elbv2 create-target-group --name web --protocol HTTP --port 80 --vpc-id "$vpc" --target-type ip \
    --health-check-path / --health-check-interval-seconds 10 --healthy-threshold-count 2 --unhealthy-threshold-count 2 \
    --query 'TargetGroups[0].TargetGroupArn' --output text)
aws elbv2 create-listener --load-balancer-arn "$balancer" --protocol HTTP --port 80 \
    --default-actions Type=forward,TargetGroupArn="$targets" > /dev/null

role=$(aws iam create-role --role-name webTaskExecution --query Role.Arn --output text --assume-role-policy-document \
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"},
      "Action": "sts:AssumeRole"}]}')
aws iam attach-role-policy --role-name webTaskExecution \
    --policy-arn arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy
aws logs create-log-group --log-group-name /ecs/web
aws logs put-retention-policy --log-group-name /ecs/web --retention-in-days 14

aws ecs create-cluster --cluster-name web > /dev/null
aws ecs register-task-definition --family web --network-mode awsvpc --requires-compatibilities FARGATE --cpu 256 \
    --memory 512 --execution-role-arn "$role" --container-definitions '[{"name": "web",
      "image": "public.ecr.aws/docker/library/nginx:1.27", "portMappings": [{"containerPort": 80}],
      "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/web",
        "awslogs-region": "us-east-1", "awslogs-stream-prefix": "web"}}}]' > /dev/null
aws ecs create-service --cluster web --service-name web --task-definition web --desired-count 2 --launch-type FARGATE \
    --network-configuration "awsvpcConfiguration={subnets=[$first,$second],securityGroups=[$tasks],assignPublicIp=ENABLED}" \
    --load-balancers targetGroupArn="$targets",containerName=web,containerPort=80 \
    --deployment-configuration 'deploymentCircuitBreaker={enable=true,rollback=true}' > /dev/null
aws ecs wait services-stable --cluster web --services web
aws elbv2 describe-load-balancers --load-balancer-arns "$balancer" --query 'LoadBalancers[0].DNSName' --output text
