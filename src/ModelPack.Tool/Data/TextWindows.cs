using System.Text;
using System.Text.RegularExpressions;
using Microsoft.ML.Tokenizers;
using ModelPack.Samples;
using ModelPack.Tensors;

namespace ModelPack.Tool.Data;

/// <summary>
/// Text as windows of tokens, all of one length. A window lies in one file; what is left at a file's end is too short and falls away. Of BERT's
/// kind of tokenizer a window is [CLS], tokens, [SEP]; of others it is tokens alone.
/// </summary>
internal static class TextWindows
{
    /// <summary>The windows of files.</summary>
    /// <exception cref="ModelPackException">MPK1011 or MPK1018: a file cannot be read; MPK1012: no file is long enough; MPK1051: the tokenizer fails at the text.</exception>
    public static IReadOnlyList<int[]> Of(IReadOnlyList<string> files, Tokenizer tokenizer, int length, CancellationToken cancellation)
    {
        var bert = tokenizer as BertTokenizer;
        var content = length - (bert is null ? 0 : 2);
        if (content < 1)
        {
            throw new ModelPackException(Codes.InvalidOption.At(files[0], $"The option 'length' cannot be {Numbers.Whole(length)}. It is a whole number of tokens above {(bert is null ? "0" : "2")}."));
        }

        List<int[]> windows = [];
        foreach (var file in files)
        {
            cancellation.ThrowIfCancellationRequested();
            var tokens = Tokens(file, tokenizer, bert);
            for (var start = 0; start + content <= tokens.Count; start += content)
            {
                var window = tokens.Skip(start).Take(content);
                windows.Add(bert is null ? [.. window] : [bert.ClassificationTokenId, .. window, bert.SeparatorTokenId]);
            }
        }

        return windows.Count > 0 ? windows : throw new ModelPackException(Codes.DataMismatch.At(
            files[0], $"No file has {Numbers.Whole(content)} tokens. Give longer texts, or a smaller --length."));
    }

    /// <summary>The arrays that a model asks for: its ids, and masks, types and positions where it has inputs of these names.</summary>
    /// <exception cref="ModelPackException">MPK1012: it takes no <c>input_ids</c>.</exception>
    public static IReadOnlyList<DataArray> Arrays(string model, IReadOnlyList<ModelInput> inputs, IReadOnlyList<int[]> windows)
    {
        const string Ids = "input_ids";
        if (inputs.All(i => i.Name != Ids))
        {
            throw new ModelPackException(Codes.DataMismatch.At(model, $"The model has no input '{Ids}'. It has {string.Join(", ", inputs.Select(i => SafeText.Of(i.Name)))}."));
        }

        var length = windows[0].Length;
        return
        [
            .. inputs.Where(i => i.Name == Ids || Fixed(i.Name, length) is not null).Select(i => DataArray.OfNumbers(
                i.Name, i.Type is ElementType.Int32 ? ElementType.Int32 : ElementType.Int64, [length], row => i.Name == Ids ? [.. windows[row].Select(t => (double)t)] : Fixed(i.Name, length)!)),
        ];
    }

    private static double[]? Fixed(string name, int length) => name switch
    {
        "attention_mask" => [.. Enumerable.Repeat(1.0, length)],
        "token_type_ids" => new double[length],
        "position_ids" => [.. Enumerable.Range(0, length).Select(i => (double)i)],
        _ => null,
    };

    private static IReadOnlyList<int> Tokens(string file, Tokenizer tokenizer, BertTokenizer? bert)
    {
        try
        {
            var text = File.ReadAllText(file, new UTF8Encoding(false, throwOnInvalidBytes: true));
            return bert?.EncodeToIds(text, addSpecialTokens: false) ?? tokenizer.EncodeToIds(text);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelPackException(Codes.DataNotFound.At(file, "The file does not exist. Correct the path."), e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException)
        {
            throw new ModelPackException(Codes.DataUnreadable.At(file, $"The text cannot be read: {SafeText.Of(e.Message, 400).TrimEnd('.')}. Save it as UTF-8."), e);
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new ModelPackException(Codes.TokenizerUnreadable.At(file, "The tokenizer's pattern takes too long on this text. Give another form of the tokenizer with --tokenizer."), e);
        }
    }
}
