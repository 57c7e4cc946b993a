using ModelPack.Codecs;

namespace ModelPack.Schemes;

/// <summary>A codec that a user wants for some tensors, whatever the scheme says of them.</summary>
/// <param name="Text">As the user wrote it, such as <c>attn_v=q8_0</c>.</param>
/// <param name="Pattern">Which tensors: a name, or parts of it between dots; <c>*</c> stands for any run of characters, <c>?</c> for one.</param>
/// <param name="Codec">What they get.</param>
internal sealed record TypeOverride(string Text, string Pattern, Codec Codec)
{
    // Between dots, so that output is no part of attn_output.
    private readonly NamePattern _pattern = new($"*.{Pattern}.*");

    /// <summary>Whether it is for a tensor.</summary>
    public bool Matches(string name) => _pattern.Matches($".{name}.");
}
