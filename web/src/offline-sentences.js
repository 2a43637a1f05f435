// What the page that seals without a network says, in the three languages.

export const say = (name, lang) => SENTENCES[lang][name];

export const SENTENCES = {
  en: {
    empty: "Only the story is needed, but it is empty.",
    made: "The file was given to your device to save. It holds what you wrote, sealed. Hand it in at the address of the intake, under “sealed”, or give it to somebody you trust.",
    expired: "This page is too old: its keys have expired. Fetch a fresh one before you write.",
    until: "This page can seal until",
    clock: "This device cannot draw random numbers, so nothing can be sealed on it.",
  },
  ko: {
    empty: "이야기만 있으면 되는데 비어 있습니다.",
    made: "저장할 파일을 기기에 넘겼습니다. 쓰신 글이 봉인되어 들어 있습니다. 접수처 주소의 ‘이미 봉인된 것을 맡기기’에 맡기거나 믿는 사람에게 주십시오.",
    expired: "이 페이지는 너무 오래되어 열쇠의 기한이 지났습니다. 쓰기 전에 새 페이지를 받으십시오.",
    until: "이 페이지로 봉인할 수 있는 마지막 날:",
    clock: "이 기기는 난수를 만들 수 없어 봉인할 수 없습니다.",
  },
  zh: {
    empty: "只需要写下经过，但现在是空的。",
    made: "文件已交给设备保存，里面是您写的内容，已经封好。请在接收处的“交来已经封好的文件”页面交来，或交给您信任的人。",
    expired: "本页太旧，密钥已经过期。请先取得新的页面再写。",
    until: "本页可用来封存，截止日期",
    clock: "本设备不能生成随机数，所以无法封存。",
  },
};
