/** Reads messages so that a program cannot look on. */
const { apply } = Reflect;
const readData = Object.getOwnPropertyDescriptor(MessageEvent.prototype, "data")!.get!;

/** Not `event.data`: a getter that a program put there would see the event, and so the port. */
export const readOnce = <T>(event: MessageEvent<T>): T => apply(readData, event, []) as T;
