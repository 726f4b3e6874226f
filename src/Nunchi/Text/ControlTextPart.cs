using Nunchi.Chat;

namespace Nunchi.Text;

/// <summary>
/// Text that the program itself puts into a message, such as <c>&lt;gro&gt;</c> before a question that asks for boxes or <c>&lt;ocr&gt;</c> to have a
/// picture read: special tokens in it are recognised. Never make one from what a person typed.
/// </summary>
/// <param name="Text">The text.</param>
public sealed record ControlTextPart(string Text) : ContentPart;
