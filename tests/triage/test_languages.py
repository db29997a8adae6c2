"""Languages: the setting first, script and everyday words as a hint, and people for every other one."""

from __future__ import annotations

import pytest

from bot.model.worry import Level

DIRECT = {
    "es": ["quiero matarme", "ya no quiero vivir", "me quiero morir", "tengo las pastillas en la mano para matarme"],
    "de": ["ich will mich umbringen", "ich will nicht mehr leben", "ich habe mich wieder geritzt", "wäre ich doch tot"],
    "fr": [
        "je veux mourir",
        "je vais me suicider ce soir",
        "je n'ai plus envie de vivre",
        "j'ai envie de me faire du mal",
    ],
    "pt": ["quero morrer", "vou me matar hoje", "não quero mais viver", "tenho vontade de me cortar"],
    "zh": ["我想自杀", "我不想活了", "我想死", "怎麼自殺不痛"],
}
EVERYDAY = {
    "es": ["me muero de hambre, vamos a comer", "hoy tengo mucho trabajo pero estoy bien"],
    "de": ["das Meeting war tödlich langweilig", "ich bin müde, aber es geht mir gut"],
    "fr": ["je meurs de faim, on mange quand ?", "je suis fatigué mais ça va bien"],
    "pt": ["estou morrendo de fome", "hoje foi um dia bom no trabalho"],
    "zh": ["今天有点累，但是还好", "我饿死了，去吃饭吧"],
}
OTHERS = {
    "it": "oggi non sto bene, sono molto stanco",
    "nl": "ik voel me vandaag niet zo goed",
    "pl": "dzisiaj jestem bardzo zmęczony",
    "sv": "jag är väldigt trött idag",
    "tr": "bugün çok yorgunum",
    "ru": "сегодня я очень устал",
    "uk": "сьогодні я дуже втомився",
    "ar": "أنا متعب جدا اليوم",
    "he": "אני עייף מאוד היום",
    "hi": "आज मैं बहुत थका हुआ हूँ",
    "ja": "今日はとても疲れました",
    "ko": "오늘 너무 피곤해요",
    "th": "วันนี้เหนื่อยมาก",
    "el": "σήμερα είμαι πολύ κουρασμένος",
    "vi": "hôm nay tôi rất mệt",
    "id": "saya sangat lelah hari ini",
    "fi": "olen tänään hyvin väsynyt",
    "hu": "ma nagyon fáradt vagyok",
    "ro": "astăzi sunt foarte obosit",
    "cs": "dnes jsem velmi unavený",
}


@pytest.mark.parametrize(("language", "text"), [(name, text) for name, texts in DIRECT.items() for text in texts])
def test_a_direct_phrase_pages_in_every_supported_language(ask, language, text):
    said = ask(text, language=language)
    assert said.level >= Level.HIGH
    assert not said.unscored


@pytest.mark.parametrize(("language", "text"), [(name, text) for name, texts in EVERYDAY.items() for text in texts])
def test_an_everyday_reply_alarms_nobody_in_any_supported_language(ask, language, text):
    said = ask(text, language=language)
    assert said.level <= Level.LOW
    assert not said.unscored


@pytest.mark.parametrize(("language", "text"), DIRECT.items())
def test_a_direct_phrase_pages_whatever_the_setting_says(ask, language, text):
    assert all(ask(one, language="en").level >= Level.HIGH for one in text)


@pytest.mark.parametrize(("language", "text"), OTHERS.items())
def test_a_language_without_rules_goes_to_people_unscored(ask, language, text):
    for setting in (language, "en"):
        said = ask(text, language=setting)
        assert said.unscored
        assert said.level >= Level.ELEVATED


@pytest.mark.parametrize("text", ["non voglio più vivere", "я хочу умереть", "死にたい", "ölmek istiyorum"])
def test_the_plainest_phrases_page_even_in_a_language_without_rules(ask, text):
    said = ask(text)
    assert said.unscored
    assert said.level >= Level.HIGH


@pytest.mark.parametrize("text", ["ok", "7", "yes", "haha", "lunch w/ Maria @ noon", "brb", "Müller called", "déjà vu"])
def test_a_few_english_words_are_never_taken_for_another_language(ask, text):
    assert not ask(text).unscored


def test_a_number_is_an_answer_in_any_language(ask):
    assert not ask("7", language="pl").unscored
