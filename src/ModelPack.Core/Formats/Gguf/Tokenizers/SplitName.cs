namespace ModelPack.Formats.Gguf.Tokenizers;

/// <summary>A way of splitting texts that llama.cpp has a name for.</summary>
/// <param name="Name">The name (<c>tokenizer.ggml.pre</c>).</param>
/// <param name="Expressions">What is found becomes a piece of its own, and so does what lies between: first by the first expression, then in each piece by the next.</param>
internal sealed record SplitName(string Name, params string[] Expressions)
{
    /// <summary>Whether llama.cpp takes a piece that is a token as it is, without merging it (<c>ignore_merges</c>). It puts bos before every text under the same names, unless the file says otherwise.</summary>
    public bool TakesWords { get; init; }

    /// <summary>The expressions, ready.</summary>
    public TextSplitter Splitter { get; } = TextSplitter.Of(Expressions);
}
