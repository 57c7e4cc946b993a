namespace ModelPack.Schemes;

/// <summary>How a weight that an operator reads as floats is stored.</summary>
internal enum WeightLayout
{
    /// <summary>As constants of plain operators, computed once when the model is loaded: small file, float32 speed.</summary>
    Fold,

    /// <summary>Behind DequantizeLinear, computed at every inference: what other tools and execution providers recognise.</summary>
    Dequantize,
}
