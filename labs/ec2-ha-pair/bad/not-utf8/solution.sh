#!/usr/bin/env bash
# Known bad: saved as Latin-1 by an old editor. Propriétaire: Renée
set -euo pipefail
aws ec2 create-security-group --group-name "serveur-accès" --description web
