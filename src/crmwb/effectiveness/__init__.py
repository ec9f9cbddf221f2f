"""How well the CRM itself works: initiatives, score cards, survey, operating picture, seven analyses, ten questions."""
