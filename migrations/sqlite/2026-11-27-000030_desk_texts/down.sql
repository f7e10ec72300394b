DROP TABLE desk_texts;
