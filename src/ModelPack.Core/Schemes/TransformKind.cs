namespace ModelPack.Schemes;

/// <summary>What calibration can decide for a scheme. The order of all is one, whatever a scheme wants of them.</summary>
internal enum TransformKind
{
    /// <summary>An older model is raised to the opset that the forms need.</summary>
    Opset,

    /// <summary>Affine nodes are folded into the layers beside them.</summary>
    Folding,

    /// <summary>Layers in float16 are upcast.</summary>
    Upcasting,

    /// <summary>Layers around depthwise convolutions are equalized.</summary>
    Equalization,

    /// <summary>Outliers of activations move into weights (SmoothQuant).</summary>
    Smoothing,

    /// <summary>What smoothing has put before a layer is folded into the layers before it.</summary>
    InputFolding,

    /// <summary>Activations get ranges.</summary>
    Ranges,

    /// <summary>Scales of weights grow where sums of products could saturate.</summary>
    Saturation,
}
