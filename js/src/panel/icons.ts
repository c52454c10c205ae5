// The icons: paths of 24 × 24 units, drawn as lines of even width.

const SPEAKER = "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5z";

export const PLAY = "M7.5 5v14l11-7z";
export const SOUND = `${SPEAKER}M15.5 9a4.2 4.2 0 0 1 0 6M18.2 6.3a8 8 0 0 1 0 11.4`;
export const MUTED = `${SPEAKER}M16 9.5l5 5M21 9.5l-5 5`;
export const SEND = "M12 19V5M5.5 11.5 12 5l6.5 6.5";
export const STOP = "M7 7h10v10H7z";
export const FINISH = "M6 21V4.5h12l-2.5 4 2.5 4H6";
export const INTERRUPT = "M8.5 6v12M15.5 6v12";
export const CAPTIONS = "M3.5 5.5h17v13h-17zM10.5 10.3a2 2 0 1 0 0 3.4M17 10.3a2 2 0 1 0 0 3.4";
export const TRANSCRIPT = "M5 6h14M5 10h14M5 14h14M5 18h8";
export const PICTURE_IN_PICTURE = "M20.5 10V5.5h-17v13H10M13.5 13.5h7v5h-7z";
export const FLOAT = "M19.5 9V4.5h-15M4.5 4.5v15H9M12.5 13h7v6.5h-7z";
export const BACK = "M9.5 5.5 4.5 10.5l5 5M4.5 10.5H15a4.5 4.5 0 0 1 0 9h-3";
export const MOVE =
  "M12 3.5v17M3.5 12h17M9.5 6 12 3.5 14.5 6M9.5 18l2.5 2.5 2.5-2.5M6 9.5 3.5 12 6 14.5M18 9.5l2.5 2.5-2.5 2.5";
export const SIZE = "M5 12V5h7M5 5l14 14M19 12v7h-7";
export const FULL_SCREEN = "M9 4.5H4.5V9M15 4.5h4.5V9M4.5 15v4.5H9M19.5 15v4.5H15";
export const LEAVE_FULL_SCREEN = "M4.5 9H9V4.5M19.5 9H15V4.5M4.5 15H9v4.5M19.5 15H15v4.5";
export const CLOSE = "M6.5 6.5l11 11M17.5 6.5l-11 11";
export const RETRY = "M19.5 12a7.5 7.5 0 1 1-2.2-5.3l2.2 2.2M19.5 4.5v4.4h-4.4";
export const WARNING = "M12 9.5V14M12 17v.1M12 3.8 2.8 20h18.4z";
