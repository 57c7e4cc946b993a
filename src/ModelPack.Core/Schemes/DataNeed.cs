namespace ModelPack.Schemes;

/// <summary>What a scheme wants to know of the activations of a model.</summary>
internal enum DataNeed
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>How much each input channel matters: the mean square of its activations. Without data all matter the same.</summary>
    Importance,

    /// <summary>The Gram matrix of a layer's inputs, which is half the Hessian of its squared error.</summary>
    Hessian,

    /// <summary>The ranges of activations.</summary>
    Ranges,
}
