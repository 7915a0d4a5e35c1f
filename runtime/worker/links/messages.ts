/** Reads messages in a way that a program cannot observe, even if it has changed `MessageEvent`. */
const { apply } = Reflect;
const readData = Object.getOwnPropertyDescriptor(MessageEvent.prototype, "data")!.get!;

/**
 * Returns the data of a message. `event.data` would call a getter that a program may have installed,
 * which would then see the event and, through it, the port.
 */
export const readOnce = <T>(event: MessageEvent<T>): T => apply(readData, event, []) as T;
