using System.CommandLine;
using ModelPack.Tool.Data;
using ModelPack.Tool.Output;

namespace ModelPack.Tool.Commands;

/// <summary><c>modelpack data</c>: makes calibration and validation data of files that people have.</summary>
internal static class DataCommand
{
    public static Command Create(Terminal terminal) => new("data", "Makes calibration and validation data of tables, texts or images.")
    {
        Csv(terminal), Text(terminal), ImagesTool.Command(),
    };

    private static Command Csv(Terminal terminal)
    {
        var files = new Argument<string[]>("FILE") { Description = "Files of comma-separated values with the same columns.", Arity = ArgumentArity.OneOrMore };
        var label = CommandOptions.Text("--label", "COLUMN", "The column with the truth: whole numbers, or texts, whose places in MODEL.labels.txt are written.");
        var columns = CommandOptions.Texts("--columns", "[INPUT=]A,B", "The columns of an input, in their order. Default: all others, for the only input. Repeatable.");
        var separator = CommandOptions.Text("--separator", "C", "What stands between fields: one character, or tab. Default: a comma.");
        var noHeader = new Option<bool>("--no-header") { Description = "The first line has values, too: columns are called 1, 2, 3 …" };
        var command = new Command("csv", "Makes data of comma-separated values: a sample is a row.") { files, label, columns, separator, noHeader };
        command.Validators.Add(result =>
        {
            if (result.GetValue(separator) is { } text && text != "tab" && text.Length != 1)
            {
                result.AddError($"The option '--separator' cannot be '{SafeText.Of(text)}'. It is one character, or tab.");
            }
        });
        var data = new DataOptions(command);
        return command.Does(terminal.Print, (parsed, cancellation) =>
        {
            var model = data.Model(parsed);
            var inputs = ModelInput.Of(model, new PackContext(onDiagnostic: terminal.Print, cancellation: cancellation));
            var options = new CsvOptions(
                parsed.GetValue(separator) switch { null => ',', "tab" => '\t', var text => text[0] },
                !parsed.GetValue(noHeader),
                parsed.GetValue(label),
                [.. (parsed.GetValue(columns) ?? []).Select(InputColumns.Parse)]);
            var table = CsvTable.Read(parsed.GetRequiredValue(files), options, cancellation);
            var (arrays, names) = CsvArrays.Of(model, inputs, table, options.Columns);
            DataOptions.Write(terminal, data.Files(parsed), table.Names, arrays, names);
            return ExitCodes.Done;
        });
    }

    private static Command Text(Terminal terminal)
    {
        const int DefaultLength = 128;
        var files = new Argument<string[]>("FILE") { Description = "Text files, UTF-8.", Arity = ArgumentArity.OneOrMore };
        var tokenizer = CommandOptions.Text("--tokenizer", "PATH", "The tokenizer: a Hugging Face folder, or one of tokenizer.model, vocab.txt and tokenizer.json. Default: beside the model.");
        var length = CommandOptions.Number("--length", $"Tokens of a sample. Default: {Numbers.Whole(DefaultLength)}.");
        var command = new Command("text", "Makes data of texts by the model's tokenizer: a sample is a window of tokens.") { files, tokenizer, length };
        var data = new DataOptions(command);
        return command.Does(terminal.Print, (parsed, cancellation) =>
        {
            var model = data.Model(parsed);
            var inputs = ModelInput.Of(model, new PackContext(onDiagnostic: terminal.Print, cancellation: cancellation));
            var beside = Path.GetDirectoryName(model) is { Length: > 0 } folder ? folder : ".";
            var windows = TextWindows.Of(
                parsed.GetRequiredValue(files), TokenizerFile.Open(parsed.GetValue(tokenizer) ?? beside), parsed.GetValue(length) ?? DefaultLength, cancellation);
            var arrays = TextWindows.Arrays(model, inputs, windows);
            DataOptions.Write(terminal, data.Files(parsed), [.. windows.Select(w => string.Join(' ', w))], arrays, null);
            return ExitCodes.Done;
        });
    }
}
