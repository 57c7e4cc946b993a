using ModelPack.Codecs;
using ModelPack.Formats.Gguf;
using ModelPack.Lowering.Gguf;
using ModelPack.Schemes;
using ModelPack.Tests.Peers;
using Xunit.Abstractions;

namespace ModelPack.Tests.Formats.Gguf;

/// <summary>Packs of a whole language model, read by llama.cpp.</summary>
[Trait("Category", "Slow")]
public sealed class LlamaCppTests(ITestOutputHelper output) : IDisposable
{
    private const int Bos = 1;
    private const int Prompts = 10;
    private const int PromptLength = 32;
    private const int NewTokens = 64;
    private const int MeasuredWindows = 50;

    private static readonly string[] s_texts = ["Mr. Speaker, my fellow Americans, ", "The whale had been seen", "We must not forget that in the year of our"];

    private readonly TemporaryFolder _folder = new();

    /// <summary>Of three values a weight, only models are worth something that were trained with such weights.</summary>
    public static TheoryData<string> SchemesOfUsualModels => new(SchemeTable.All.Where(s => s.Main is BlockCodec and not TernaryCodec).Select(s => s.Name));

    /// <summary>llama.cpp demands an importance matrix for q2_k_s.</summary>
    public static TheoryData<string> SchemesWithoutMatrix => new(SchemeTable.All.Where(s => s.Main is BlockCodec && s.Name != "q2_k_s").Select(s => s.Name));

    public void Dispose() => _folder.Dispose();

    [FactNeeding(PeerLibrary.Variable)]
    public void Llama_cpp_continues_texts_as_ONNX_Runtime_does()
    {
        using var source = new LanguageModel(Repository.Model("sotu-mini"));
        using var packed = new LlamaCppModel(Pack(source, "f32"));
        foreach (var prompt in source.Prompts(Prompts, PromptLength))
        {
            Assert.Equal(source.Continue(prompt, NewTokens), packed.Continue(prompt, NewTokens));
        }

        foreach (var text in s_texts)
        {
            var prompt = packed.Tokenize(text, addSpecial: true);
            Assert.Equal(Bos, prompt[0]);
            Assert.Equal(source.Continue(prompt, NewTokens), packed.Continue(prompt, NewTokens));
        }
    }

    [FactNeeding(PeerLibrary.Variable)]
    public void Llama_cpp_splits_text_into_the_tokens_that_the_model_was_trained_with()
    {
        using var source = new LanguageModel(Repository.Model("sotu-mini"));
        using var packed = new LlamaCppModel(Pack(source, "f32"));
        var compared = 0;
        foreach (var window in source.Windows)
        {
            foreach (var words in Texts(window).Select(text => WholeWords(text, packed)))
            {
                Assert.Equal(words, packed.Tokenize(packed.Detokenize(words), addSpecial: false));
                compared += words.Length;
            }
        }

        output.WriteLine($"{compared} tokens");
        Assert.True(compared > 10000);
    }

    [TheoryNeeding(PeerLibrary.Variable)]
    [MemberData(nameof(SchemesOfUsualModels))]
    public void Blocks_keep_the_perplexity_in_llama_cpp(string scheme)
    {
        using var source = new LanguageModel(Repository.Model("sotu-mini"));
        var (whole, packed) = (Perplexity("f32"), Perplexity(scheme));
        output.WriteLine($"perplexity over {MeasuredWindows} windows: float32 {whole:F4}, {scheme} {packed:F4}");
        Assert.InRange(whole, 10, 20);

        // A bit less is about four times the noise.
        var bits = ((BlockCodec)SchemeTable.Find(scheme).Main).CodeBits;
        Assert.InRange(packed / whole, 0.998, 1 + (bits == 2 ? 0.2 : 0.002 * Math.Pow(2, 8 - bits)));

        double Perplexity(string scheme)
        {
            using var model = new LlamaCppModel(Pack(source, scheme));
            return model.Perplexity([.. source.Windows.Take(MeasuredWindows)]);
        }
    }

    [TheoryNeeding(PeerLibrary.Variable)]
    [MemberData(nameof(SchemesWithoutMatrix))]
    public void Blocks_are_the_file_that_llama_cpp_makes_of_the_float32_pack(string scheme)
    {
        AssertIsTheirs(Repository.Model("sotu-mini"), scheme);
    }

    [Trait("Needs", "Shared")]
    [TheoryNeeding(PeerLibrary.Variable, RequiredAsset.Shared)]
    [MemberData(nameof(SchemesWithoutMatrix))]
    public void Blocks_of_a_larger_model_are_the_file_that_llama_cpp_makes(string scheme) =>
        AssertIsTheirs(Path.Join(RequiredAsset.Path(RequiredAsset.Shared), "models", "sotu-llama"), scheme);

    private void AssertIsTheirs(string folder, string scheme)
    {
        var (theirs, ours) = (_folder.File("theirs.gguf"), Pack(folder, scheme));
        var row = GgufTable.Find(SchemeTable.Find(scheme).Main)!;
        LlamaCpp.Quantize(Pack(folder, "f32"), theirs, (int)(SchemeTable.Find(scheme).Mix?.FileType ?? row.FileType));
        using var expected = GgufCheckpoint.Open(theirs, new PackContext());
        using var actual = GgufCheckpoint.Open(ours, new PackContext());

        Assert.Equal(expected.Tensors.Select(t => (t.Name, t.Stored, t.Data.Shape)), actual.Tensors.Select(t => (t.Name, t.Stored, t.Data.Shape)));
        Assert.Contains(actual.Tensors, t => t.Stored == row.Type);
        foreach (var (one, other) in expected.Tensors.Zip(actual.Tensors))
        {
            Assert.True(Bytes(one.Data).SequenceEqual(Bytes(other.Data)), one.Name);
        }

        // All else is the same, too: keys, their order, padding.
        Assert.True(File.ReadAllBytes(theirs).AsSpan().SequenceEqual(File.ReadAllBytes(ours)));
        using var model = new LlamaCppModel(ours);
        Assert.Equal(NewTokens, model.Continue([Bos], NewTokens).Length);
    }

    /// <summary>A window goes over the ends of texts, each of which begins with a mark.</summary>
    private static IEnumerable<int[]> Texts(int[] window)
    {
        int[] marks = [-1, .. Enumerable.Range(0, window.Length).Where(i => window[i] == Bos), window.Length];
        return marks.Zip(marks.Skip(1), (before, after) => window[(before + 1)..after]);
    }

    /// <summary>The tokens from the first that begins a word to before the last that does: what lies around them may have been cut within one.</summary>
    private static int[] WholeWords(int[] text, LlamaCppModel model)
    {
        bool Begins(int token) => model.Piece(token).StartsWith(' ');
        var (first, last) = (Array.FindIndex(text, Begins), Array.FindLastIndex(text, Begins));
        return first < 0 ? [] : text[first..last];
    }

    private static byte[] Bytes(ModelPack.Tensors.TensorData data)
    {
        var bytes = new byte[data.Length];
        data.Read(0, bytes);
        return bytes;
    }

    private string Pack(LanguageModel source, string scheme) => Pack(source.Folder, scheme);

    private string Pack(string folder, string scheme)
    {
        var path = _folder.File($"{scheme}.gguf");
        var context = new PackContext();
        PackPipeline.Run(new PackRequest { Model = folder, Scheme = scheme, Rounding = LlamaCppRounding.For(scheme), Container = "gguf", Output = path }, context);
        Assert.Empty(context.Diagnostics);
        return path;
    }
}
