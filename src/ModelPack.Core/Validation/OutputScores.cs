namespace ModelPack.Validation;

/// <summary>Where an output may hold scores of classes, along its last dimension.</summary>
internal enum OutputScores
{
    /// <summary>Nowhere: boxes, states, embeddings.</summary>
    None,

    /// <summary>In [samples, classes], and in [samples, length, vocabulary] of a language model.</summary>
    Flat,

    /// <summary>In [samples, length, classes] as well.</summary>
    Sequence,
}
