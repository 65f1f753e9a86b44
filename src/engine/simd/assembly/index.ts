export { attend } from "./attend";
export { gelu, layerNorm, timesGeluSlope } from "./elementwise";
export { addProduct, roomForProduct } from "./product";
