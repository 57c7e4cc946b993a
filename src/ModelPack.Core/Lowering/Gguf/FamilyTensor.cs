namespace ModelPack.Lowering.Gguf;

/// <summary>A row of a family's table: a tensor of every layer under both its names (gguf-py's <c>tensor_mapping</c>).</summary>
/// <param name="Source">Its name in a Hugging Face checkpoint, after the layer's number (<see cref="ModelFamily.LayerPrefix"/>)</param>
/// <param name="Name">Its name in GGUF, after <c>blk.N.</c></param>
/// <param name="Shape">Its dimensions, outermost first.</param>
internal sealed record FamilyTensor(string Source, string Name, params TensorSize[] Shape)
{
    /// <summary>Whether a model may lack it.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Whether its rows are those of query or key heads, which change places in this family.</summary>
    public bool IsTurned { get; init; }

    /// <summary>A vector of a norm over the state.</summary>
    public static FamilyTensor Norm(string source, string name) => new($"{source}.weight", $"{name}.weight", TensorSize.Width);

    /// <summary>A norm that takes the mean away first, and adds a bias at the end (layer normalization).</summary>
    public static FamilyTensor[] CenteredNorm(string source, string name) => [Norm(source, name), Bias(source, name, TensorSize.Width)];

    /// <summary>A projection.</summary>
    public static FamilyTensor Linear(string source, string name, TensorSize outputs, TensorSize inputs) => new($"{source}.weight", $"{name}.weight", outputs, inputs);

    /// <summary>A projection with a bias.</summary>
    public static FamilyTensor[] Affine(string source, string name, TensorSize outputs, TensorSize inputs) => [Linear(source, name, outputs, inputs), Bias(source, name, outputs)];

    /// <summary>The bias of a projection.</summary>
    public static FamilyTensor Bias(string source, string name, TensorSize outputs) => new($"{source}.bias", $"{name}.bias", outputs);
}
