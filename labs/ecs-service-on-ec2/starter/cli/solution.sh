# The image whose agent registers an instance with a cluster.
image=$(aws ssm get-parameter --name /aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id \
    --query Parameter.Value --output text)
echo "$image"

# aws ecs create-cluster …
