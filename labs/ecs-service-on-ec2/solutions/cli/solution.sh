# A service of four tasks on two container instances in two zones, behind a load balancer, with the aws CLI.
aws iam create-role --role-name ecsInstanceRole --assume-role-policy-document '{"Version": "2012-10-17", "Statement":
    [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}' > /dev/null
aws iam attach-role-policy --role-name ecsInstanceRole \
    --policy-arn arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role
aws iam create-instance-profile --instance-profile-name ecsInstanceRole > /dev/null
aws iam add-role-to-instance-profile --instance-profile-name ecsInstanceRole --role-name ecsInstanceRole

read -r vpc first < <(aws ec2 describe-subnets --query 'Subnets[0].[VpcId,SubnetId]' --output text \
    --filters Name=default-for-az,Values=true Name=availability-zone,Values=us-east-1a)
second=$(aws ec2 describe-subnets --query 'Subnets[0].SubnetId' --output text \
    --filters Name=default-for-az,Values=true Name=availability-zone,Values=us-east-1b)
front=$(aws ec2 create-security-group --group-name front --description 'HTTP from anywhere' --vpc-id "$vpc" \
    --query GroupId --output text)
aws ec2 authorize-security-group-ingress --group-id "$front" --protocol tcp --port 80 --cidr 0.0.0.0/0 > /dev/null
hosts=$(aws ec2 create-security-group --group-name hosts --description 'The balancer only' --vpc-id "$vpc" \
    --query GroupId --output text)
aws ec2 authorize-security-group-ingress --group-id "$hosts" --protocol tcp --port 32768-65535 \
    --source-group "$front" > /dev/null

aws ecs create-cluster --cluster-name web > /dev/null
printf '#!/bin/bash\necho ECS_CLUSTER=web >> /etc/ecs/ecs.config\n' > "$TMPDIR/data"
image=$(aws ssm get-parameter --name /aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id \
    --query Parameter.Value --output text)
for subnet in "$first" "$second"; do
    aws ec2 run-instances --image-id "$image" --instance-type t3.small --subnet-id "$subnet" \
        --security-group-ids "$hosts" --iam-instance-profile Name=ecsInstanceRole --user-data "file://$TMPDIR/data" \
        > /dev/null
done

balancer=$(aws elbv2 create-load-balancer --name web --subnets "$first" "$second" --security-groups "$front" \
    --query 'LoadBalancers[0].LoadBalancerArn' --output text)
targets=$(aws elbv2 create-target-group --name web --protocol HTTP --port 80 --vpc-id "$vpc" --health-check-path / \
    --health-check-interval-seconds 10 --healthy-threshold-count 2 --unhealthy-threshold-count 2 \
    --query 'TargetGroups[0].TargetGroupArn' --output text)
aws elbv2 create-listener --load-balancer-arn "$balancer" --protocol HTTP --port 80 \
    --default-actions Type=forward,TargetGroupArn="$targets" > /dev/null

aws ecs register-task-definition --family web --network-mode bridge --container-definitions \
    'name=web,image=public.ecr.aws/docker/library/nginx:1.27,memory=128,portMappings=[{containerPort=80,hostPort=0}]' \
    > /dev/null
aws ecs create-service --cluster web --service-name web --task-definition web --desired-count 4 --launch-type EC2 \
    --placement-strategy type=spread,field=attribute:ecs.availability-zone type=spread,field=instanceId \
    --load-balancers targetGroupArn="$targets",containerName=web,containerPort=80 > /dev/null
aws ecs wait services-stable --cluster web --services web
aws elbv2 describe-load-balancers --load-balancer-arns "$balancer" --query 'LoadBalancers[0].DNSName' --output text
