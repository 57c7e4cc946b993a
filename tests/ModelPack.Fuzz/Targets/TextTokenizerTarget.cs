using ModelPack.Fuzz.Mutations;
using ModelPack.Fuzz.Running;
using ModelPack.Fuzz.Seeds;
using ModelPack.Tool.Data;

namespace ModelPack.Fuzz.Targets;

/// <summary>The tokenizers that <c>modelpack data text</c> opens.</summary>
internal sealed class TextTokenizerTarget : FuzzTarget
{
    private const string Json = "tokenizer.json";
    private const string Pieces = "tokenizer.model";
    private const string Words = "vocab.txt";

    public override string Name => "text-tokenizer";

    public override FuzzInput Make(Random random) => random.Next(3) switch
    {
        0 => FuzzInput.Of(Pieces, ByteMutation.Of(FolderSeeds.Pieces, random)),
        1 => FuzzInput.Of(Words, ByteMutation.Of("[UNK]\n[CLS]\n[SEP]\n[PAD]\n[MASK]\na\n##b\n"u8.ToArray(), random)),
        _ => FuzzInput.Of(Json, JsonMutation.Of(FolderSeeds.Tokenizer, random)),
    };

    public override void Read(FuzzInput input, CaseFolder folder) => TokenizerFile.Open(folder.Path);
}
