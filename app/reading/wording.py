"""The clock's sentence in three languages: "the model would expect", never "the person is"."""
# ruff: noqa: RUF001 - Chinese has its own punctuation

from app.reading.clock import Clock, Expected
from config.model import Model

_WORDS = {
    "en": {
        "expects": "Day {days} after the return: the model would expect {stages}.",
        "nothing": "Day {days} after the return: the model says nothing of this day.",
        "unknown": "The day of the return is not known, so there is no clock.",
        "beyond": "Told of already: {stage}. The model gives no days for what follows.",
        "ended": "Told of already: {stage}. The clock has stopped.",
        "derived": " The day of the return is bounded only by what was told before and after it.",
        "external": "{stage} (other sources, not the article)",
        "or": " or ",
    },
    "ko": {
        "expects": "북송 뒤 {days}일째: 모델은 {stages} 단계를 예상할 것입니다.",
        "nothing": "북송 뒤 {days}일째: 모델은 이날에 대해 말하지 않습니다.",
        "unknown": "북송된 날을 알 수 없어 시계를 표시하지 않습니다.",
        "beyond": "이미 나온 단계: {stage}. 모델에는 그 뒤의 날수가 없습니다.",
        "ended": "이미 나온 단계: {stage}. 시계는 멈추었습니다.",
        "derived": " 북송된 날은 그 앞뒤의 진술로만 범위를 정했습니다.",
        "external": "{stage}(기사가 아닌 다른 자료)",
        "or": " 또는 ",
    },
    "zh": {
        "expects": "遣返后第{days}天：按模型推算应处于{stages}。",
        "nothing": "遣返后第{days}天：模型对这一天没有说明。",
        "unknown": "遣返日期不详，因此不显示时钟。",
        "beyond": "已有陈述的阶段：{stage}。模型没有给出其后的天数。",
        "ended": "已有陈述的阶段：{stage}。时钟已停。",
        "derived": "遣返日期仅由前后的陈述限定。",
        "external": "{stage}（其他来源，并非文章）",
        "or": "或",
    },
}


def expectation(clock: Clock, model: Model, lang: str) -> str:
    """Say what the model would expect; ``lang`` is en, ko or zh (zh_Hans counts as zh)."""
    words = _WORDS[lang[:2]]
    lang = lang[:2]
    told = clock.ended or clock.beyond
    if told:
        which = "ended" if clock.ended else "beyond"
        return words[which].format(stage=model.label(told, lang, "stages"))
    if clock.day0 is None or clock.elapsed is None:
        return words["unknown"]
    low, high = clock.elapsed
    count = str(low) if low == high else f"{low}-{high}"
    stages = words["or"].join(_stage(each, model, lang) for each in clock.expected)
    said = words["expects" if stages else "nothing"].format(days=count, stages=stages)
    return said + (words["derived"] if clock.day0.derived else "")


def _stage(each: Expected, model: Model, lang: str) -> str:
    label = model.label(each.stage, lang, "stages")
    return _WORDS[lang]["external"].format(stage=label) if each.external else label
